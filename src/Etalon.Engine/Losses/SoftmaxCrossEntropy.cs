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
        double largest = outputs[0];
        foreach (double z in outputs) largest = Math.Max(largest, z);
        double sum = 0;
        for (int k = 0; k < outputs.Length; k++) sum += gradient[k] = Elementary.Exp(outputs[k] - largest);
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
