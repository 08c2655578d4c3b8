namespace Etalon.Lab.LinearProbes;

/// <summary>
/// Standardizes features: x becomes (x - mean) / deviation with the mean and the standard deviation (divisor n) of the training features,
/// so that a penalty on weights weighs all features alike. A constant feature becomes 0.
/// </summary>
internal sealed class FeatureScale
{
    private readonly double[] _means, _factors;

    private FeatureScale(double[] means, double[] factors) => (_means, _factors) = (means, factors);

    /// <summary>The scale of training features.</summary>
    public static FeatureScale Of(FeatureTable training)
    {
        var (means, factors) = (new double[training.Dimension], new double[training.Dimension]);
        for (int j = 0; j < means.Length; j++)
        {
            double sum = 0, squares = 0;
            for (int i = 0; i < training.Count; i++) sum += training.Values[i * means.Length + j];
            means[j] = sum / training.Count;
            for (int i = 0; i < training.Count; i++)
            {
                double difference = training.Values[i * means.Length + j] - means[j];
                squares += difference * difference;
            }
            double deviation = Math.Sqrt(squares / training.Count);
            // Rounding leaves a constant feature a deviation of this order.
            factors[j] = deviation > 1e-12 * Math.Abs(means[j]) ? 1 / deviation : 0;
        }
        return new(means, factors);
    }

    /// <summary>Features on this scale.</summary>
    public FeatureTable Apply(FeatureTable table)
    {
        var values = table.Values.ToArray();
        for (int i = 0; i < values.Length; i++)
        {
            int j = i % _means.Length;
            values[i] = (values[i] - _means[j]) * _factors[j];
        }
        return new(values, table.Labels.ToArray(), table.ClassCount);
    }
}
