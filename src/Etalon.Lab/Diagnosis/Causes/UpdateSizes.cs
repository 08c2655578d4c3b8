using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Angles that are not those which rate, momentum and gradients make: another rule, other gradients, another rate, or no SGD at all.
/// </summary>
/// <remarks>
/// Of SGD, angle² |w|⁴ over what it is for S = 1 is S, as |w|² (|g|² + 2 b v.g) is: the sums of both over many updates are the same but for
/// what a buffer holds at either end, whatever the gradients are to each other. So their ratio is 1 within its margin, in and out of
/// equilibrium, under any schedule.
/// </remarks>
internal sealed class UpdateSizes : Cause
{
    // Of the ratio of squares: what the approximations may leave, and what no rule of SGD changes.
    private const double Tolerance = 0.15, Farthest = 4, Doubt = 2;

    // Updates in which a buffer fills, in units of 1/(1 - mu).
    private const double Filling = 4;

    // A buffer's product with gradients wanders over an epoch or longer: four rows, 200 updates apart, were off by 0.3 in sound networks
    // where they said 0.14.
    private const int FewestRows = 12;

    // Of angle², what the exact law may leave so that the size of updates is right to half of it; in so many rows.
    private const double Exact = 0.05;
    private const int FewestExact = 3;

    // How much less the updates must follow the gradients' sizes than the gradients scatter, to be called of one length.
    private const double Unlike = 0.2;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        // What single updates show to rounding no mean over sampled gradients can put in doubt.
        var open = evidence.LawGroups.Where(group => !IsShownByUpdates(group)).ToList();
        if (open.Count == 0 && evidence.LawGroups.Count > 0)
        {
            evidence.Checked.Add("updates of another size than rate and gradients make");
            yield break;
        }
        var ratios = open.Select(group => (Group: group, Ratio: Of(evidence, group))).Where(each => each.Ratio.IsKnown).ToList();
        if (ratios.Count == 0)
        {
            if (evidence.LawGroups.Count > 0)
                evidence.NotLookedAt.Add(
                    "whether the updates are those of the gradients: that needs angle/NAME and gradsq/NAME, with momentum also "
                    + "buffer_dot/NAME, in 12 rows or more");
            yield break;
        }
        bool isClose = ratios.Any(each => !evidence.IsSampled(each.Group));
        var off = ratios.Where(each => IsOff(evidence, each.Group, each.Ratio)).ToList();
        // One tensor of many may be off by chance or by its nature; a rule is the same for all.
        if (off.Count == 0 || off.Count < 0.5 * ratios.Count)
        {
            if (isClose) evidence.Checked.Add("updates of another size than rate and gradients make");
            else
                evidence.NotLookedAt.Add(
                    "whether the updates are those of the gradients to better than a factor of 2: with momentum that needs residual/NAME, "
                    + "the logger's sums, or a row for each update");
            yield break;
        }
        var middle = off.OrderBy(each => each.Ratio.Mean).ElementAt(off.Count / 2).Ratio;
        string[] names = [.. off.Select(each => each.Group.Name)];
        evidence.Distrust(names);
        yield return Explained(evidence, off.Select(each => each.Group).ToList(), middle, names);
    }

    private static bool IsOff(Evidence evidence, LogGroup group, PhaseEstimate ratio)
    {
        bool isFar = evidence.IsSampled(group)
            ? Math.Max(ratio.Mean, 1 / ratio.Mean) > Farthest : Math.Abs(1 / ratio.Mean - 1) > Tolerance;
        return isFar && Away(ratio, 1) > Doubt;
    }

    // The residual of the exact law has |v|² in it as the optimizer had it, and an update of another size by a part p takes |w'|² off by
    // about 2 p angle². So where it is a small part of angle², rule, rate and gradients are the logged ones.
    private static bool IsShownByUpdates(LogGroup group)
    {
        int[] rows = [.. Enumerable.Range(0, group.Norm.Length).Where(row => double.IsFinite(group.Residual[row] + group.Angle[row]))];
        return rows.Length >= FewestExact
            && rows.Average(row => Math.Abs(group.Residual[row])) <= Exact * rows.Average(row => group.Angle[row] * group.Angle[row]);
    }

    private static Flag Explained(Evidence evidence, List<LogGroup> groups, PhaseEstimate made, string[] names)
    {
        var ratio = made.ToThe(-0.5);
        string size =
            $"An update turns the weights by {Text.WithMargin(ratio.Mean, ratio.Margin)} times what the logged rate, momentum and "
            + $"gradients make";
        double momentum = evidence.Log.Momentum.LastOrDefault(double.IsFinite);
        var rule = evidence.Log.Rule;
        if (rule.Decay == DecayForm.Coupled && rule.Dampening == 0 && momentum > 0)
        {
            double other = Turn(momentum, rule with { Nesterov = !rule.Nesterov }) / Turn(momentum, rule);
            if (Away(made, 1 / other) < Doubt)
            {
                string acts = rule.Nesterov ? "heavy ball" : "Nesterov's momentum",
                    said = rule.Nesterov ? "Nesterov's momentum" : "heavy ball";
                return new(
                    FlagKind.OtherRule, $"The updates are those of {acts}, while the log says {said}",
                    $"{size}; {acts} makes {Text.Number(Math.Sqrt(other))} times, at a momentum of {Text.Number(momentum)}.",
                    rule.Nesterov
                        ? "Log nesterov as 0, or set nesterov=True in the optimizer."
                        : "Log nesterov as 1, or set nesterov=False in the optimizer, whichever was meant.")
                {
                    Value = ratio.Mean,
                    Margin = ratio.Margin,
                    Groups = names,
                };
            }
        }
        if (HaveOneLength(groups) || made.Mean > Farthest || made.Mean < 1 / Farthest)
            return new(
                FlagKind.OtherUpdates, "The updates are not those of SGD with the logged numbers and gradients",
                $"{size}{(HaveOneLength(groups) ? ", and their sizes do not follow the gradients' sizes" : "")}.",
                "Look for an optimizer that is not SGD (Adam, LARS, a normalized gradient), for a clip or a scaling of the gradients "
                + "after they were logged (a mixed-precision scaler), or for a rate that is not the logged one.")
            {
                Value = ratio.Mean,
                Margin = ratio.Margin,
                Groups = names,
            };
        return new(
            FlagKind.OtherUpdates, "The updates are not what rate and gradients make", $"{size}.",
            "Look for gradients that change after they were logged (a clip, an average over processes, a mixed-precision scaler), for a "
            + "rate or momentum that is not the logged one, and for a dampening.")
        {
            Value = ratio.Mean,
            Margin = ratio.Margin,
            Groups = names,
        };
    }

    // In logarithms and relative margins, so that a tenth is as far away as ten times.
    private static double Away(PhaseEstimate made, double value) =>
        Math.Abs(Elementary.Log(made.Mean / value)) / (made.Margin / made.Mean);

    private static double Turn(double momentum, UpdateRule rule) => RowLaw.Of(0.1, 0, momentum, rule)!.Turn;

    private static bool HaveOneLength(List<LogGroup> groups) => groups.Count(group =>
    {
        var rows = Enumerable.Range(0, group.Norm.Length)
            .Where(row => group.Angle[row] > 0 && group.GradientSquare[row] > 0 && group.Rate[row] > 0).ToList();
        if (rows.Count < 20) return false;
        double[] gradients = [.. rows.Select(row => Elementary.Log(group.GradientSquare[row]) / 2)],
            updates = [.. rows.Select(row => Elementary.Log(group.Angle[row] * group.Norm[row] / group.Rate[row]))];
        return Scatter(gradients) > 0.1 && Scatter(updates) < Unlike * Scatter(gradients);
    }) > groups.Count / 2;

    private static double Scatter(double[] values) =>
        values.Average() is var mean ? Math.Sqrt(values.Average(value => (value - mean) * (value - mean))) : 0;

    // What a buffer holds of earlier gradients, Σ|v'|² (1 - μ²) = Σ(|d|² + 2 b v.d) + μ² (|v|² at first less that at last), in updates.
    private static double Held(double momentum) => momentum * momentum / (1 - momentum * momentum);

    /// <summary>What the gradients make over the squares of angles, over all of the log; unknown where a part of it is missing.</summary>
    /// <remarks>
    /// The angles stand below the line because their sum is the steady one: of gradients between rows only |v|² at the rows is known. The
    /// other way round a sum that comes out too large makes the ratio small and its margin too, and 1 was outside of it in 7 of 100, all on
    /// one side.
    /// </remarks>
    public static PhaseEstimate Of(Evidence evidence, LogGroup group)
    {
        var (turned, made, steps) = (new List<double>(), new List<double>(), new List<long>());
        double memory = 1, rounded = 0, held = 0;
        long filled = evidence.Log.Steps[0];
        double before = double.NaN;
        foreach (var phase in evidence.InPhases(group.Name))
        {
            double momentum = phase.Numbers.Momentum;
            memory = Math.Max(memory, RuleSums.Memory(momentum));
            // A buffer that has not filled yet, or holds what another momentum left, makes smaller or larger updates.
            if (momentum != before)
                filled = phase.Steps[0] + (long)(double.IsNaN(before) && phase.Steps[0] > 0 ? 0 : Filling / (1 - momentum));
            before = momentum;
            var known = new BufferBalance(phase).Rows().ToList();
            if (known.Count > 0)
            {
                turned.AddRange(known.Select(row => row.Turned));
                made.AddRange(known.Select(row => row.Made));
                steps.AddRange(known.Select(row => row.Step));
                rounded += known.Sum(row => row.Rounded);
                continue;
            }
            var (angles, gradients) = (GradientSource.Angles(phase).Values, GradientSource.Gradients(phase).Values);
            int[] rows = [.. Enumerable.Range(0, phase.Steps.Count)
                .Where(row => phase.Steps[row] >= filled && double.IsFinite(angles[row] + gradients[row]))];
            turned.AddRange(rows.Select(row => angles[row]));
            made.AddRange(rows.Select(row => gradients[row]));
            steps.AddRange(rows.Select(row => phase.Steps[row]));
            if (rows.Length > 1) held += Held(momentum) * Math.Abs(angles[rows[^1]] - angles[rows[0]]) * (rows.Length - 1)
                / (phase.Steps[rows[^1]] - phase.Steps[rows[0]]);
        }
        return steps.Count < FewestRows
            ? PhaseEstimate.None
            : PhaseEstimate.Ratio(made, turned, steps, memory).OffByAtMost((rounded + held) / turned.Where(double.IsFinite).Sum());
    }
}
