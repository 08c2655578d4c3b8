using Etalon.Engine;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>The gradients of all examples of a data set at one point, of which mean and covariance are known.</summary>
internal sealed class GradientPopulation
{
    private readonly double[][] _gradients;
    private readonly double[] _mean;

    private GradientPopulation(double[][] gradients)
    {
        _gradients = gradients;
        _mean = [.. Enumerable.Range(0, gradients[0].Length).Select(i => gradients.Average(gradient => gradient[i]))];
        Signal = Square(_mean);
        Noise = gradients.Average(SquaredDistance);
    }

    /// <summary>|grad L|^2, the square of the mean.</summary>
    public double Signal { get; }

    /// <summary>Tr Sigma of one example.</summary>
    public double Noise { get; }

    /// <summary>Normal gradients around the first axis.</summary>
    public static GradientPopulation Normal(ulong seed, int examples, int dimension, double deviation) =>
        new([.. Enumerable.Range(0, examples).Select(example =>
    {
        var stream = new CounterStream(seed, "simulate examples", (ulong)example);
        double[] gradient = new double[dimension];
        for (int i = 0; i < dimension; i++) gradient[i] = (i == 0 ? 1 : 0) + deviation * stream.NextNormal();
        return gradient;
    })]);

    /// <summary>The mean gradient of a batch.</summary>
    /// <param name="stream">What it is drawn from.</param>
    /// <param name="size">Its size.</param>
    /// <param name="isReplaced">Whether an example may come twice.</param>
    public double[] BatchMean(ref CounterStream stream, int size, bool isReplaced)
    {
        double[] mean = new double[_mean.Length];
        int[] order = isReplaced ? [] : [.. Enumerable.Range(0, _gradients.Length)];
        for (int drawn = 0; drawn < size; drawn++)
        {
            uint at =
                isReplaced ? stream.NextBelow((uint)_gradients.Length) : (uint)drawn + stream.NextBelow((uint)(_gradients.Length - drawn));
            if (!isReplaced) (order[drawn], order[at]) = (order[at], order[drawn]);
            double[] gradient = _gradients[isReplaced ? (int)at : order[drawn]];
            for (int i = 0; i < mean.Length; i++) mean[i] += gradient[i];
        }
        for (int i = 0; i < mean.Length; i++) mean[i] /= size;
        return mean;
    }

    /// <summary>|g - G|^2 from the mean of all.</summary>
    public double SquaredDistance(double[] gradient)
    {
        double sum = 0;
        for (int i = 0; i < gradient.Length; i++) sum += (gradient[i] - _mean[i]) * (gradient[i] - _mean[i]);
        return sum;
    }

    /// <summary>|g|^2.</summary>
    public static double Square(double[] gradient)
    {
        double sum = 0;
        foreach (double value in gradient) sum += value * value;
        return sum;
    }
}
