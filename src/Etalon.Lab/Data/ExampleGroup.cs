namespace Etalon.Lab.Data;

/// <summary>
/// Some examples of a split that metrics tell apart from the others: simple patterns, noisy labels. An example may be in several groups.
/// </summary>
public sealed class ExampleGroup
{
    /// <summary>Images that show one of a class's few patterns.</summary>
    public const string Simple = "simple";

    /// <summary>Images that show one of a class's many patterns.</summary>
    public const string Complex = "complex";

    /// <summary>Images of nothing that comes again, with a label drawn at random: they can only be memorized.</summary>
    public const string Noisy = "noisy";

    /// <summary>Images whose label is the true one.</summary>
    public const string Clean = "clean";

    /// <summary>Images whose label was made wrong on purpose.</summary>
    public const string Corrupted = "corrupted";

    /// <summary>Images with a patch that gives their class away.</summary>
    public const string Patched = "patched";

    /// <summary>Images without one.</summary>
    public const string Plain = "plain";

    private readonly bool[] _members;

    /// <summary>A group.</summary>
    /// <param name="name">Its name, as metrics have it.</param>
    /// <param name="members">[examples of the split], whether each one belongs; the caller must not change it afterwards.</param>
    public ExampleGroup(string name, bool[] members)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(members);
        (Name, _members) = (name, members);
        Count = members.Count(isMember => isMember);
    }

    /// <summary>Its name, as metrics have it.</summary>
    public string Name { get; }

    /// <summary>How many examples belong to it.</summary>
    public int Count { get; }

    /// <summary>The examples of the split that it is of, members or not.</summary>
    internal int Length => _members.Length;

    /// <summary>Whether an example belongs to it.</summary>
    /// <param name="example">Its place in the split, from 0.</param>
    public bool Contains(int example) => _members[example];

    /// <summary>The members, by their places in the split.</summary>
    public IEnumerable<int> Members => Enumerable.Range(0, _members.Length).Where(Contains);

    /// <summary>The group within some examples of the split, by their places, in this order.</summary>
    internal ExampleGroup At(int[] places) => new(Name, Array.ConvertAll(places, Contains));

    /// <summary>The group within the first examples of the split.</summary>
    internal ExampleGroup First(int count) => new(Name, _members[..count]);
}
