using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// D6 against the gradients: the angle of an update over what the logged gradients make of it, at any norm: eta sqrt(S/(1 - mu^2))/|w|^2
/// for heavy ball.
/// </summary>
/// <remarks>It differs from 1 where the optimizer did not get the gradients that were logged, as with a clip after them, or has another
/// rate.</remarks>
internal sealed class TurningByGradients() : GroupDiagnostic("D6", "angular update over that of the gradients", "1")
{
    private const double Least = 0.8, Most = 1.25;

    protected override Finding Judge(GroupPhase group)
    {
        if (WithoutLaw(group) is { } reason) return Finding(group, reason);
        var (angles, gradients) = (GradientSource.Angles(group), GradientSource.Gradients(group));
        var square = PhaseEstimate.Ratio(angles.Values, gradients.Values, group.Steps, angles.Correlation);
        if (!square.IsKnown || square.Mean <= 0)
            return Finding(group, "needs angle/NAME and gradsq/NAME, with momentum also buffer_dot/NAME, in 20 rows or more");
        var share = square.ToThe(0.5);
        double ratio = share.Mean;
        bool isOff = ratio is < Least or > Most && share.Away(1) > Significant;
        return Finding(group, isOff ? "the updates are not what the logged gradients make of them" : "as the gradients say") with
        {
            Value = share.Mean,
            Margin = share.Margin,
            Predicted = 1,
            Severity = Math.Min(Math.Abs(Elementary.Log(ratio)) / Elementary.Log(Most), share.Away(1) / Significant),
        };
    }
}
