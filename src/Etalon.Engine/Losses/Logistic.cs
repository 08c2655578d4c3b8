using Etalon.Numerics;

namespace Etalon.Engine;

/// <summary>The logistic loss of one output for two classes: ln(1 + e^(-s z)) with s = 1 for class 1 and -1 for class 0.</summary>
public sealed class Logistic : Loss
{
    /// <inheritdoc/>
    public override string Name => "logistic";

    /// <inheritdoc/>
    public override int OutputsFor(int classes) =>
        classes == 2
            ? 1 : throw new ArgumentOutOfRangeException(nameof(classes), classes,
            "the logistic loss separates two classes; use cross-entropy for more");

    /// <inheritdoc/>
    public override int ClassesOf(int outputs) => 2;

    /// <inheritdoc/>
    public override double Evaluate(ReadOnlySpan<double> outputs, int label, Span<double> gradient)
    {
        double sign = label == 1 ? 1 : -1, margin = sign * outputs[0];
        // e^-|margin| never overflows.
        double small = Elementary.Exp(-Math.Abs(margin));
        gradient[0] = -sign * (margin > 0 ? small : 1) / (1 + small);
        return Math.Max(-margin, 0) + Elementary.Log1P(small);
    }

    /// <inheritdoc/>
    public override int Predict(ReadOnlySpan<double> outputs) => outputs[0] > 0 ? 1 : 0;
}
