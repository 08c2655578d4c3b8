namespace Etalon.Engine;

/// <summary>Half the squared distance of the outputs from the label's unit vector: sum over k of (z_k - [k = label])^2 / 2.</summary>
public sealed class SquaredError : Loss
{
    /// <inheritdoc/>
    public override string Name => "squared-error";

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> outputs, int label, Span<double> gradient)
    {
        double loss = 0;
        for (int k = 0; k < outputs.Length; k++)
        {
            double difference = outputs[k] - (k == label ? 1 : 0);
            gradient[k] = difference;
            loss += difference * difference / 2;
        }
        return loss;
    }
}
