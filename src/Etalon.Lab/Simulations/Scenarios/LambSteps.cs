using Etalon.Engine;
using Etalon.Numerics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>
/// LAMB on each tensor by itself: U = (m/c1)/sqrt(u/c2) with Adam's moments, r = U + lambda w, w = w - eta (|w|/|r|) r.
/// </summary>
/// <remarks>You et al. 2020, <i>Large batch optimization for deep learning</i>, without epsilon and without bounds of the ratio.</remarks>
internal sealed class LambSteps
{
    private readonly Region<double> _weights, _gradients;
    private readonly double _beta1, _beta2;
    private readonly double[][] _moments, _squares;
    private int _steps;

    /// <param name="weights">w.</param>
    /// <param name="gradients">g, laid out as the weights; an update overwrites it.</param>
    /// <param name="beta1">What the mean of gradients keeps.</param>
    /// <param name="beta2">What the mean of squares keeps.</param>
    public LambSteps(Region<double> weights, Region<double> gradients, double beta1, double beta2)
    {
        (_weights, _gradients, _beta1, _beta2) = (weights, gradients, beta1, beta2);
        _moments = [.. weights.Tensors.Select(tensor => new double[tensor.Length])];
        _squares = [.. weights.Tensors.Select(tensor => new double[tensor.Length])];
    }

    /// <summary>Makes an update with the numbers of the only group.</summary>
    public void Update(Hyperparameters[] numbers, Workers workers)
    {
        _steps++;
        double first = 1 - Elementary.Pow(_beta1, _steps), second = Math.Sqrt(1 - Elementary.Pow(_beta2, _steps));
        workers.Run(_moments.Length, (tensor, _) => Update(tensor, numbers[0], second / first));
    }

    private void Update(int tensor, Hyperparameters numbers, double correction)
    {
        double[] moments = _moments[tensor], squares = _squares[tensor];
        Span<double> w = _weights.Tensors[tensor].Span, g = _gradients.Tensors[tensor].Span;
        double ofWeights = 0, ofStep = 0;
        for (int i = 0; i < w.Length; i++)
        {
            moments[i] = _beta1 * moments[i] + (1 - _beta1) * g[i];
            squares[i] = _beta2 * squares[i] + (1 - _beta2) * g[i] * g[i];
            // The gradient's place holds the step until it is taken.
            g[i] = correction * moments[i] / Math.Sqrt(squares[i]) + numbers.WeightDecay * w[i];
            ofWeights += w[i] * w[i];
            ofStep += g[i] * g[i];
        }
        double rate = numbers.Rate * Math.Sqrt(ofWeights / ofStep);
        for (int i = 0; i < w.Length; i++) w[i] -= rate * g[i];
    }
}
