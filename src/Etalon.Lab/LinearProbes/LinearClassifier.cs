namespace Etalon.Lab.LinearProbes;

/// <summary>Scores of classes that are linear in the features, s = W x + b; the class with the largest is predicted.</summary>
internal sealed class LinearClassifier
{
    private readonly double[] _weights, _biases;

    /// <summary>A classifier over two arrays, which the caller must not change afterwards.</summary>
    /// <param name="weights">W, [feature][class].</param>
    /// <param name="biases">b, [class].</param>
    internal LinearClassifier(double[] weights, double[] biases) => (_weights, _biases) = (weights, biases);

    /// <summary>W, [feature][class].</summary>
    public ReadOnlySpan<double> Weights => _weights;

    /// <summary>b, [class].</summary>
    public ReadOnlySpan<double> Biases => _biases;

    /// <summary>The class predicted for features, 0-based; of equal scores the first.</summary>
    public int Predict(ReadOnlySpan<double> features)
    {
        int best = 0;
        double largest = double.NegativeInfinity;
        for (int c = 0; c < _biases.Length; c++)
        {
            double score = _biases[c];
            for (int j = 0; j < features.Length; j++) score += features[j] * _weights[j * _biases.Length + c];
            if (score > largest) (best, largest) = (c, score);
        }
        return best;
    }

    /// <summary>The share of examples whose class is predicted.</summary>
    public double AccuracyOn(FeatureTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        int correct = 0;
        for (int i = 0; i < table.Count; i++)
            if (Predict(table.Row(i)) == table.Labels[i]) correct++;
        return (double)correct / table.Count;
    }
}
