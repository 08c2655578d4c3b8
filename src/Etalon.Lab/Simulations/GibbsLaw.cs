using Etalon.Lab.Simulations.Losses;
using Etalon.Numerics;

namespace Etalon.Lab.Simulations;

/// <summary>
/// The law to which a direction on the sphere of d dimensions goes at a constant effective rate: with density exp(-2 L / (effective rate x
/// sigma^2)), in z (1 - z^2)^((d - 3)/2) times that. The stationary law of dW = -eta_e grad L dt + eta_e sigma dB on the sphere.
/// </summary>
internal static class GibbsLaw
{
    private const int Points = 20_000;

    /// <summary>
    /// Mean loss at equilibrium: the effective rate is sqrt(2 lambda_e / S) with S = sigma^2 (d - 1) + E|grad L|^2 of the law itself, which
    /// a few rounds settle.
    /// </summary>
    /// <param name="loss">L.</param>
    /// <param name="dimension">d, at least 3.</param>
    /// <param name="noise">sigma.</param>
    /// <param name="intrinsicRate">lambda_e.</param>
    /// <returns>The mean loss and the effective rate.</returns>
    public static (double Loss, double EffectiveRate) MeanLoss(SphereLoss loss, int dimension, double noise, double intrinsicRate)
    {
        double trace = noise * noise * (dimension - 1), signal = 0, mean = 0, rate = 0;
        for (int round = 0; round < 30; round++)
        {
            rate = Math.Sqrt(2 * intrinsicRate / (trace + signal));
            (mean, signal) = Means(loss, dimension, rate * noise * noise / 2);
        }
        return (mean, rate);
    }

    // By the midpoints of equal pieces of the angle, so that both ends of z are fine; weights relative to the largest.
    private static (double Loss, double Signal) Means(SphereLoss loss, int dimension, double temperature)
    {
        double[] logs = new double[Points], values = new double[Points], signals = new double[Points];
        for (int i = 0; i < Points; i++)
        {
            double angle = (i + 0.5) * Math.PI / Points, z = Elementary.Cos(angle);
            (values[i], signals[i]) = (loss.Value(z)[0], loss.SquaredGradient(z)[0]);
            logs[i] = (dimension - 2) * Elementary.Log(Elementary.Sin(angle)) - values[i] / temperature;
        }
        double largest = logs.Max();
        double[] weights = Array.ConvertAll(logs, log => Elementary.Exp(log - largest));
        double whole = weights.Sum();
        return (weights.Zip(values, (weight, value) => weight * value).Sum() / whole,
            weights.Zip(signals, (weight, signal) => weight * signal).Sum() / whole);
    }
}
