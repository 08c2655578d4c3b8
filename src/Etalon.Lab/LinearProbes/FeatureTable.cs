namespace Etalon.Lab.LinearProbes;

/// <summary>
/// What a network makes of the images of a split before its last layer, with their classes. In float64, whatever the network computes in.
/// </summary>
internal sealed class FeatureTable
{
    private readonly double[] _values;
    private readonly int[] _labels;

    /// <summary>A table over two arrays, which the caller must not change afterwards.</summary>
    /// <param name="values">[example][feature].</param>
    /// <param name="labels">[example], the class of each example from 0.</param>
    /// <param name="classes">How many classes there are.</param>
    /// <exception cref="ArgumentException">The sizes do not fit, there is no example, or a label is out of range.</exception>
    public FeatureTable(double[] values, int[] labels, int classes)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(labels);
        if (labels.Length == 0 || values.Length == 0 || values.Length % labels.Length != 0)
            throw new ArgumentException($"{values.Length} values are not as many for each of {labels.Length} examples", nameof(values));
        if (labels.AsSpan().IndexOfAnyExceptInRange(0, classes - 1) is var example and >= 0)
            throw new ArgumentException($"label {labels[example]} of example {example} is not one of {classes} classes", nameof(labels));
        (_values, _labels, ClassCount) = (values, labels, classes);
    }

    /// <summary>Examples: n.</summary>
    public int Count => _labels.Length;

    /// <summary>Features of an example: d.</summary>
    public int Dimension => _values.Length / _labels.Length;

    /// <summary>Classes: k.</summary>
    public int ClassCount { get; }

    /// <summary>All features: [example][feature].</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>[example], the class of each example.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>The features of an example, [feature].</summary>
    public ReadOnlySpan<double> Row(int example) => _values.AsSpan(example * Dimension, Dimension);

    /// <summary>The examples for which <paramref name="isTaken"/> is true, in order.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    internal FeatureTable Where(Func<int, bool> isTaken)
    {
        int[] places = [.. Enumerable.Range(0, Count).Where(isTaken)];
        var values = new double[places.Length * Dimension];
        for (int i = 0; i < places.Length; i++) Row(places[i]).CopyTo(values.AsSpan(i * Dimension));
        return new(values, Array.ConvertAll(places, example => _labels[example]), ClassCount);
    }
}
