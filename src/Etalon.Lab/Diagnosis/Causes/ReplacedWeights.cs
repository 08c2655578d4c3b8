using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Other weights than the last update's: between two rows |w|² of all groups jumps, by more than gradients and decay make, and in no other
/// interval. A checkpoint that was loaded again brings norms back to where they were.
/// </summary>
/// <remarks>
/// Where the log has the sums over all updates the account of |w|² is good to some thousandths of it in every interval. Where it has not,
/// one large gradient that no row shows looks alike, so norms must be back where they were.
/// </remarks>
internal sealed class ReplacedWeights : Cause
{
    // Of |w|²; of what the account is off by otherwise; of the groups; of the jump, how near norms come to where they were.
    private const double Least = 3e-3, Doubt = 8, MostGroups = 0.7, Back = 0.25, Exactly = 1e-5, OfBuffer = 2, OfRule = 1e-5;

    private const int FewestSteps = 5, MostJumps = 3, RowsBefore = 40;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        int[] emptied = Emptied(evidence);
        var jumped = Jumped(evidence, emptied).ToList();
        if (emptied.Length is > 0 and <= MostJumps && !jumped.Any(flag => flag.Kind == FlagKind.LostBuffers))
        {
            var log = evidence.Log;
            evidence.Explain(log with { Replaced = [.. log.Replaced.Union(emptied).Order()] });
            yield return new(
                FlagKind.LostBuffers,
                $"The momentum buffers are empty before update {log.Steps[emptied[0]]:#,0}: the optimizer's state was lost",
                $"v.w and v.g are 0 to the last bit {(emptied.Length == 1 ? "in that row and no other" : $"in {emptied.Length} rows")}: "
                + "a new optimizer's first update.", LoadState)
            {
                Groups = [.. evidence.LawGroups.Select(group => group.Name)],
            };
        }
        foreach (var flag in jumped) yield return flag;
    }

    private const string LoadState =
        "After a resume load the optimizer's state with the weights: optimizer.load_state_dict(...). A new optimizer begins with empty "
        + "buffers, and its first updates are a tenth as large at a momentum of 0.9.";

    // Rows whose buffers are those of a new optimizer, while the row before has some.
    private static int[] Emptied(Evidence evidence)
    {
        bool Has(LogGroup group, int row) => group.BufferDot[row] != 0 && double.IsFinite(group.BufferDot[row]);
        bool IsEmpty(LogGroup group, int row) =>
            group.BufferDot[row] == 0 && group.BufferWeight[row] == 0 && group.GradientSquare[row] > 0 && group.Momentum[row] > 0;
        var groups = evidence.LawGroups;
        return groups.Count == 0 ? [] : [.. Enumerable.Range(1, Math.Max(0, evidence.Log.Steps.Length - 1))
            .Where(row => groups.Count(group => IsEmpty(group, row) && Has(group, row - 1)) >= MostGroups * groups.Count)];
    }

    private static IEnumerable<Flag> Jumped(Evidence evidence, int[] emptied)
    {
        // The interval from a phase to the next one is in neither.
        GroupPhase[] between = [.. evidence.Phases.SkipLast(1).SelectMany(phase => phase.WithNext(RowsBefore).Groups)];
        var asked = evidence.LawGroups.Select(group => (Group: group, Steps: Judged(evidence, group, between))).Where(
            each => each.Steps.Count >= FewestSteps).ToList();
        if (asked.Count == 0) yield break;
        // Loaded weights are those of all groups: of one alone, as where the laws of the others were taken, it takes more.
        bool holds = RuleHolds(asked.Select(each => each.Group))
            && 2 * asked.Count >= evidence.Log.Groups.Count(group => group.Name is not (LogGroup.Whole or LogGroup.Everything));
        var jumps = asked.SelectMany(each => each.Steps.Where(step => step.IsJump)).GroupBy(step => step.Next)
            .Where(at => at.Count() >= MostGroups * asked.Count).OrderBy(at => at.Key)
            .Select(at => new Jump(
                at.First().Row, at.Key, at.Min(step => step.Size), at.Max(step => step.Size), IsOfBuffer(at), at.All(step => step.IsSeen),
                BackAt(asked.Select(each => each.Group), at.First().Row, at.Key)))
            .Where(at => (at.IsSeen && holds) || at.Back is not null).ToList();
        // What a row beside the jump says of its buffer has the jump in it, and makes its other interval look like one, too.
        double Moved(Jump jump) => asked.Average(each => Math.Abs(Elementary.Log(each.Group.Norm[jump.Next] / each.Group.Norm[jump.Row])));
        int[] rows = [.. jumps.Select(jump => jump.Row)], nexts = [.. jumps.Select(jump => jump.Next)];
        jumps.RemoveAll(jump => jumps.Any(other => (other.Row == jump.Next || other.Next == jump.Row) && Moved(other) > Moved(jump)));
        // What an empty buffer does there needs no other cause, unless norms are those of a checkpoint.
        jumps.RemoveAll(jump => jump.Back is null && emptied.Any(row => row == jump.Next || row == jump.Row));
        if (jumps.Count is 0 or > MostJumps)
        {
            evidence.Checked.Add("other weights loaded in the middle");
            yield break;
        }
        var (log, first) = (evidence.Log, jumps[0]);
        string[] names = [.. asked.Select(each => each.Group.Name)];
        evidence.Explain(log with
        {
            Replaced = [.. nexts.Union(emptied).Order()],
            Groups = [.. log.Groups.Select(group => Without(group, rows))],
        });
        string where = $"between updates {log.Steps[first.Row]:#,0} and {log.Steps[first.Next]:#,0}",
            back = first.Back is { } at
                ? at.IsExact ? $", to what they were before update {log.Steps[at.Row]:#,0}"
                : $", to about what they were at update {log.Steps[at.Row]:#,0}" : "";
        if (first.IsBuffer && first.Back is null)
        {
            yield return new(
                FlagKind.LostBuffers,
                $"The momentum buffers were emptied {where}: the optimizer's state was lost",
                $"|w|² goes on from there as if the updates before had left nothing in the buffers: it is off by "
                + $"{Text.Range(100 * first.Least, 100 * first.Most, 2)} % of itself, as much as the buffers had, "
                + $"in all "
                + "groups and in no other interval.",
                LoadState)
            {
                Value = first.Most,
                Groups = names,
            };
            yield break;
        }
        yield return new(
            FlagKind.ReplacedWeights,
            first.Back is null
                ? $"Other weights were loaded {where}: all norms jump there"
                : $"A checkpoint was loaded again {where}: all norms jump there{back}",
            $"|w|² is off there by {Text.Range(100 * first.Least, 100 * first.Most, 2)} % of itself from what rate, "
            + $"decay and gradients make of it, and by no more than chance {(jumps.Count == 1
                ? "elsewhere" : $"but there and in {Text.Count(jumps.Count - 1, "other interval")}")}.",
            first.Back is null
                ? "Look for weights that were loaded in the middle of the run: a checkpoint, averaged weights swapped in and not back. No "
                    + "law is asked across the jump."
                : "Look for what loads a checkpoint while the run goes on: a retry after an error, a \"best model so far\". After a resume "
                    + "load the newest checkpoint with the optimizer's state, let the schedule go on from its update, and give the logger "
                    + "step=N. No law is asked across the jump.")
        {
            Value = first.Most,
            Groups = names,
            Phases = [.. evidence.Phases.Where(phase => jumps.Any(jump => jump.Next >= phase.FirstRow && jump.Next < phase.EndRow))
                .Select(phase => phase.Number)],
        };
    }

    // Where a buffer is emptied z loses what it had of it, in every group about as much as that was some updates before.
    // The weights themselves stay, so the residual of the update before is rounding.
    private static bool IsOfBuffer(IEnumerable<Step> steps)
    {
        double[] ratios = [.. steps.Where(step => step.Buffer != 0).Select(step => step.Own > Least ? 0 : step.Miss / step.Buffer)];
        return ratios.Length > 0 && ratios.Count(ratio => ratio is > 1 / OfBuffer and < OfBuffer) >= MostGroups * ratios.Length;
    }

    // Where single updates are not those of the rule, the account made by it is off in every interval, and in some by more.
    private static bool RuleHolds(IEnumerable<LogGroup> groups)
    {
        double[] usual = [.. groups.Select(group => group.Residual.Where(double.IsFinite).Select(Math.Abs).ToList())
            .Where(residuals => residuals.Count > 0).Select(Median)];
        return usual.Length == 0 || usual.Count(residual => residual < OfRule) >= MostGroups * usual.Length;
    }

    // What the update before the jump was measured to do includes the jump.
    private static LogGroup Without(LogGroup group, IEnumerable<int> rows)
    {
        var (residual, angle) = (group.Residual.ToArray(), group.Angle.ToArray());
        foreach (int row in rows) residual[row] = angle[row] = double.NaN;
        return group with { Residual = residual, Angle = angle };
    }

    private static List<Step> Judged(Evidence evidence, LogGroup group, GroupPhase[] between)
    {
        var steps = evidence.InPhases(group.Name).SelectMany(phase => phase.Balance.Steps).Concat(
            between.Where(phase => phase.Name == group.Name)
                .SelectMany(phase => phase.Balance.Steps.Where(step => step.Next == phase.Phase.EndRow - 1)))
            .Where(step => double.IsFinite(step.Miss + step.Error) && step.Error > 0).ToList();
        if (steps.Count < FewestSteps) return [];
        // What all intervals have is a term that all have, as another decay; what they usually scatter by may be more than was estimated.
        double middle = Median(steps.Select(step => step.Miss / step.Error)),
            usual = Math.Max(1, 1.48 * Median(steps.Select(step => Math.Abs(step.Miss / step.Error - middle))));
        return [.. steps.Select(step =>
        {
            double miss = step.Miss - middle * step.Error, size = Math.Abs(miss);
            // In the row's own update its residual is the jump; the account of it has the angle in it, which includes the jump.
            double own = Math.Abs(group.Residual[step.Row]);
            return new Step(step.Row, step.Next, miss, step.Buffer, own, own > Least ? own : size, step.IsSeen,
                size > Least && size > Doubt * usual * step.Error);
        })];
    }

    // The earlier row at which all norms were nearest to those after the jump; null where none was near.
    private static (int Row, bool IsExact)? BackAt(IEnumerable<LogGroup> groups, int row, int next)
    {
        double Distance(int one, int other) => Math.Sqrt(groups.Select(group => group.Norm[one] / group.Norm[other])
            .Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average(ratio => Elementary.Pow(Elementary.Log(ratio), 2)));
        // To the row before the jump's norms may be back by chance, not to the last digits.
        var nearest = Enumerable.Range(0, row).Select(at => (Row: at, Distance: Distance(at, next)))
            .Where(each => double.IsFinite(each.Distance) && (each.Row < row - 1 || each.Distance < Exactly))
            .DefaultIfEmpty((Row: -1, Distance: double.NaN)).MinBy(each => each.Distance);
        double jump = Distance(row, next);
        return nearest.Distance < Exactly || nearest.Distance < Back * jump ? (nearest.Row, nearest.Distance < Exactly) : null;
    }

    // An interval of a group: what the account misses and what the buffer had, of |w|²; the residual of its only update; how far it jumps.
    private sealed record Step(int Row, int Next, double Miss, double Buffer, double Own, double Size, bool IsSeen, bool IsJump);

    // An interval in which most groups jump, from how far to how far.
    private sealed record Jump(int Row, int Next, double Least, double Most, bool IsBuffer, bool IsSeen, (int Row, bool IsExact)? Back);
}
