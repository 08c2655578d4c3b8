using System.Collections;

namespace Etalon.Schedules;

/// <summary>An immutable list that is equal to another when their items are: what a record needs to compare by value.</summary>
internal sealed class ValueList<T>(T[] items) : IReadOnlyList<T>, IEquatable<ValueList<T>>
{
    /// <summary>Takes a copy, so that nobody else holds the items.</summary>
    public static ValueList<T> Copy(IEnumerable<T> items) => items as ValueList<T> ?? new ValueList<T>([.. items]);

    public ReadOnlySpan<T> Items => items;

    public int Count => items.Length;

    public T this[int index] => items[index];

    public bool Equals(ValueList<T>? other) => other is not null && items.AsSpan().SequenceEqual(other.Items);

    public override bool Equals(object? obj) => Equals(obj as ValueList<T>);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        foreach (var item in items) hash.Add(item);
        return hash.ToHashCode();
    }

    public override string ToString() => $"[{string.Join(", ", items.Select(item => $"{item}"))}]";

    public IEnumerator<T> GetEnumerator() => items.AsEnumerable().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
