using Etalon.Engine.Kernels.Tokens;
using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>
/// Softmax cross-entropy, - sum over k of q_k ln p_k, with p = softmax(z) and q the label smoothed by s:
/// q_k = (1 - s) [k = label] + s / classes (Szegedy et al., CVPR 2016).
/// </summary>
public sealed class SoftmaxCrossEntropy : Loss
{
    private readonly double _smoothing;

    /// <summary>The loss with a label smoothing.</summary>
    /// <param name="smoothing">s in [0, 1); default 0.</param>
    public SoftmaxCrossEntropy(double smoothing = 0)
    {
        if (smoothing is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(smoothing), smoothing, "label smoothing must be in [0, 1)");
        _smoothing = smoothing;
    }

    /// <summary>Without smoothing: how well the network tells the labels themselves.</summary>
    public override Loss ForEvaluation => _smoothing == 0 ? this : new SoftmaxCrossEntropy();

    /// <inheritdoc/>
    public override string Name => "cross-entropy";

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> outputs, int label, Span<double> gradient)
    {
        double largest = Largest(outputs), sum = 0;
        for (int k = 0; k < outputs.Length; k++) sum += gradient[k] = Elementary.Exp(outputs[k] - largest);
        return Finish(outputs, label, gradient, largest, sum);
    }

    /// <summary>
    /// The same with the exponentials of the kernels, which are good to two units in the last place and take a vector at a time: a text has
    /// a loss for each of its tokens.
    /// </summary>
    internal unsafe double EvaluateByVectors(ReadOnlySpan<double> outputs, int label, Span<double> gradient)
    {
        double largest = Largest(outputs), sum = 0;
        fixed (double* z = outputs)
        fixed (double* e = gradient)
        {
            Exponential.Row(z, outputs.Length, largest, e);
            sum = RowSums.Of(e, outputs.Length);
        }
        return Finish(outputs, label, gradient, largest, sum);
    }

    private static double Largest(ReadOnlySpan<double> outputs)
    {
        double largest = outputs[0];
        foreach (double z in outputs) largest = Math.Max(largest, z);
        return largest;
    }

    // The gradient holds the exponentials.
    private double Finish(ReadOnlySpan<double> outputs, int label, Span<double> gradient, double largest, double sum)
    {
        double logSum = largest + Elementary.Log(sum), loss = 0;
        for (int k = 0; k < outputs.Length; k++)
        {
            double q = _smoothing / outputs.Length + (k == label ? 1 - _smoothing : 0);
            if (q > 0) loss += q * (logSum - outputs[k]);
            gradient[k] = gradient[k] / sum - q;
        }
        return loss;
    }
}
