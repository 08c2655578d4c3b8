namespace Etalon.Lab.Training;

/// <summary>What the monitors of scale-invariant weights measured at an update. The next reading overwrites it.</summary>
public sealed class MonitorReading
{
    /// <summary>The name of the group of all scale-invariant weights together.</summary>
    public const string WholeGroup = "scale_invariant";

    private readonly GroupReading[] _values;

    internal MonitorReading(IReadOnlyList<IReadOnlyList<string>> groups) =>
        (Groups, _values) = ([.. groups.Select(NameOf), WholeGroup], new GroupReading[groups.Count + 1]);

    /// <summary>
    /// The names: each of the smallest scale-invariant groups, then <see cref="WholeGroup"/>. A group of one tensor has its name; one of several, as
    /// those of a residual stream, the first one's and how many more there are: <c>stem.weight+3</c>.
    /// </summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>What was measured of a group, by its place in <see cref="Groups"/>.</summary>
    public GroupReading this[int group]
    {
        get => _values[group];
        internal set => _values[group] = value;
    }

    private static string NameOf(IReadOnlyList<string> tensors) => tensors.Count == 1 ? tensors[0] : $"{tensors[0]}+{tensors.Count - 1}";
}
