using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis;

/// <summary>Updates of Nesterov's momentum that were logged as heavy ball, or the other way round: exactly, from single rows.</summary>
/// <remarks>
/// A row has |w|², |g|², g.w, v.g, v.w, the angle, and |w'|² over what the logged rule makes of them. All that is missing is |v|². The
/// other rule gives it from the residual, and with it the angle: where that is the measured one, row after row, the other rule made the
/// update.
/// </remarks>
internal sealed class OtherMomentum : Cause
{
    // Rounding of the residual, a thousandth of what the two rules differ by, is most of the difference.
    private const double Rounding = 1e-7, Agreement = 0.02, MostRows = 0.7;
    private const int FewestRows = 3;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        var log = evidence.Log;
        if (!evidence.IsSgd || log.Rule.Decay == DecayForm.Decoupled || log.Rule.Dampening > 0) yield break;
        var asked = evidence.Groups.Select(group => (group.Name, Agrees: Agreements(group, log)))
            .Where(each => each.Agrees.Length >= FewestRows).ToList();
        string[] names =
            [.. asked.Where(each => each.Agrees.Count(agrees => agrees) > MostRows * each.Agrees.Length).Select(each => each.Name)];
        if (names.Length <= asked.Count / 2) yield break;
        evidence.Distrust(names);
        var (acts, said) = log.Rule.Nesterov ? ("heavy ball", "Nesterov's momentum") : ("Nesterov's momentum", "heavy ball");
        yield return new(
            FlagKind.OtherRule, $"The updates are those of {acts}, while the log says {said}",
            $"|w|² after an update is not what {said} makes of it, and norm and angle together are those of {acts}, to {Agreement:P0} in "
            + $"{asked.Sum(each => each.Agrees.Count(agrees => agrees)):#,0} of {asked.Sum(each => each.Agrees.Length):#,0} rows and "
            + $"groups.",
            log.Rule.Nesterov
                ? "Log nesterov as 0, or set nesterov=True in the optimizer."
                : "Log nesterov as 1, or set nesterov=False in the optimizer, whichever was meant.")
        {
            Groups = names,
        };
    }

    // For each row that can be asked, whether the other rule made its update.
    private static bool[] Agreements(LogGroup group, RunLog log)
    {
        var agreements = new List<bool>();
        for (int row = 0; row < group.Norm.Length; row++)
        {
            double momentum = group.Momentum[row], rate = group.Rate[row], decay = group.WeightDecay[row],
                norm2 = group.Norm[row] * group.Norm[row];
            double known = group.Dot[row] + group.GradientSquare[row] + group.BufferDot[row] + group.BufferWeight[row]
                + group.Residual[row] + group.Angle[row] + decay;
            // An empty buffer has nothing to look ahead along.
            if (!double.IsFinite(known) || !(momentum > 0 && rate > 0 && norm2 > 0)
                || group.BufferWeight[row] == 0 && group.BufferDot[row] == 0) continue;
            double d2 = group.GradientSquare[row] + 2 * decay * group.Dot[row] + decay * decay * norm2, dw = group.Dot[row] + decay * norm2;
            double vd = group.BufferDot[row] + decay * group.BufferWeight[row], vw = group.BufferWeight[row];
            // |w'|² - |w|² and |w' - w|² of either rule are linear in |v|².
            // u = a d + b v, with a = 1 + mu and b = mu² for Nesterov, 1 and mu for heavy ball.
            var (logged, other) = (Of(log.Rule.Nesterov), Of(!log.Rule.Nesterov));
            double grown = 1 + group.Residual[row],
                v2 = (other.Fixed - grown * logged.Fixed - group.Residual[row] * norm2) / (grown * logged.PerV - other.PerV);
            double gained = other.Fixed + other.PerV * v2, moved = other.Moved + other.PerV * v2,
                after = Math.Sqrt(Math.Max(0, norm2 + gained));
            double chord2 = (moved - Elementary.Pow(after - group.Norm[row], 2)) / (group.Norm[row] * after),
                measured2 = Elementary.Pow(2 * Elementary.Sin(group.Angle[row] / 2), 2);
            agreements.Add(Math.Abs(group.Residual[row]) > Rounding && v2 > 0 && Math.Abs(chord2 / measured2 - 1) < 2 * Agreement);

            (double Fixed, double Moved, double PerV) Of(bool nesterov)
            {
                var (a, b) = nesterov ? (1 + momentum, momentum * momentum) : (1, momentum);
                double moved = rate * rate * (a * a * d2 + 2 * a * b * vd);
                return (moved - 2 * rate * (a * dw + b * vw), moved, rate * rate * b * b);
            }
        }
        return [.. agreements];
    }
}
