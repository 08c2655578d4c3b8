using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// What is worth knowing of a run and is no fault: no decay, a rate that goes up and down, phases too short to settle, norms not at
/// equilibrium, a rate that rows do not follow.
/// </summary>
internal static class RunRemarks
{
    // Below it a phase is a transient: 14 % or more of what it started with is still there.
    private const double Transient = 0.5;

    // Turns of the rate, from up to down or back: a warm-up has one, a cosine with four restarts eight. More seldom are meant.
    private const int FewestTurns = 10;

    /// <param name="evidence">The log.</param>
    /// <param name="isCompared">Whether the log was compared with what was meant, which says more of its numbers.</param>
    public static void AddTo(Evidence evidence, bool isCompared)
    {
        if (!isCompared) Numbers(evidence);
        var log = evidence.Log;
        if (LastNumbers(evidence) is { } last)
            evidence.Remarks.Add(
                $"After update {last:#,0} the log has no norms. If they are NaN or infinite there the run diverged: look at the rows "
                    + $"just before.");
        if (evidence.NoUnits is null
            && Enumerable.Range(1, Math.Max(0, log.Steps.Length - 1)).Count(row => log.MovesBetween(row - 1, row)) is var hidden and > 0)
            evidence.Remarks.Add(
                $"Between {Text.Count(hidden, "pair")} of rows the rate was where no row shows it: the schedule moves faster than the "
                + $"log, so log more often to see it.");
        if (ModuleList.Of(log.Note).BiasesBeforeNormalization is { Count: > 0 } biases)
            evidence.Remarks.Add(
                $"A bias before a normalization is taken out again by the normalization, and changes nothing: "
                + $"{Text.List([.. biases.Take(8)])}{(biases.Count > 8 ? $" and {biases.Count - 8} more" : "")}. Leave it out with "
                + $"bias=False; weight decay alone moves it.");
        if (evidence.HasDirections) DirectionRemarks.AddTo(evidence);
        if (!evidence.IsSgd) return;
        var units = evidence.Phases.Select(phase => (Phase: phase, Units: UnitsOf(phase)))
            .Where(each => each.Phase.IsConstant && each.Units > 0).ToList();
        string[] brief = [.. units.Where(each => each.Units < Transient && IsAfterDrop(each.Phase, evidence.Log))
            .Select(each => $"{each.Phase.Number}")];
        if (brief.Length > 0 && units.Sum(each => each.Units) >= Transient)
        {
            string phases = brief.Length == 1 ? $"Phase {brief[0]} is"
                : brief.Length <= 4 ? $"Phases {Text.List(brief)} are"
                : $"{brief.Length} phases are";
            evidence.Remarks.Add(
                $"{phases} too short for the norms to settle, as last phases usually are. {(brief.Length == 1 ? "It uses" : "They use")} "
                + "a transient: right after a drop the effective rate is lower than it will be later, so going on longer would change "
                + "what it does.");
        }
        Equilibrium(evidence);
    }

    // The last update with a norm, where the log goes on without any for a tenth of its rows; null where it does not.
    private static long? LastNumbers(Evidence evidence)
    {
        int last = evidence.Groups.Select(group => Array.FindLastIndex(group.Norm, double.IsFinite)).DefaultIfEmpty(-1).Max(),
            rows = evidence.Log.Steps.Length;
        return last >= 0 && rows - 1 - last > rows / 10 ? evidence.Log.Steps[last] : null;
    }

    private static void Numbers(Evidence evidence)
    {
        if (evidence.IsSgd && IsWithoutDecay(evidence))
            evidence.Remarks.Add(
                "Weight decay is 0 in every row, so nothing but the schedule slows these weights down. If decay was meant, set the "
                + "optimizer's weight_decay, such as 5e-4; if not, a rate that grows can stand for it: `etalon convert RECIPE --to texp` "
                + "writes it.");
        int turns = Turns(evidence.Log.Rate);
        if (turns >= FewestTurns && !StartsAgain(evidence.Log))
            evidence.Remarks.Add(
                $"The rate turns {turns:#,0} times from up to down or back. If no cycles were meant, the likely cause is a scheduler "
                + $"that is stepped per batch and counts in epochs: call scheduler.step() once per epoch. `--against RECIPE` tells.");
    }

    // Cosines that start again at their peak are warm restarts, which rise within one row and fall over several; a cosine that was
    // stepped too often goes back up the way it came, in as many.
    private static bool StartsAgain(RunLog log)
    {
        double[] known = [.. log.Rate.Where(double.IsFinite)];
        var (rises, falls, longest, length) = (0, 0, 0, 0);
        for (int i = 1; i < known.Length; i++)
        {
            length = known[i] > known[i - 1] ? length + 1 : 0;
            if (length == 1) rises++;
            if (known[i] < known[i - 1]) falls++;
            // A warm-up is the first.
            if (rises > 1) longest = Math.Max(longest, length);
        }
        return longest <= 1 && falls >= 2 * rises;
    }

    // Without decay a rate that grows exponentially is the same training as one with decay (Li and Arora 2019).
    private static bool IsWithoutDecay(Evidence evidence)
    {
        IEnumerable<double> decays =
            evidence.Groups.SelectMany(group => group.WeightDecay).Concat(evidence.Log.WeightDecay).Where(double.IsFinite);
        return decays.Any() && decays.All(decay => decay == 0) && evidence.Groups.Any(group => evidence.IsInvariant(group.Name))
            && !Grows(evidence.Log.Rate);
    }

    // From the first quarter to the last row: a run without decay and with a growing rate has its decay in the rate.
    private static bool Grows(double[] rates)
    {
        double[] known = [.. rates.Where(rate => rate > 0)];
        return known.Length > 10 && known[^1] > 1.01 * known[known.Length / 2] && known[known.Length / 2] > 1.01 * known[known.Length / 4];
    }

    // By more than a tenth of the way from the least rate to the largest, so that no rounding counts.
    private static int Turns(double[] rates)
    {
        double[] known = [.. rates.Where(double.IsFinite)];
        if (known.Length < 3) return 0;
        double least = (known.Max() - known.Min()) / 10, low = known[0], high = known[0];
        int turns = 0, direction = 0;
        foreach (double rate in known)
        {
            (low, high) = (Math.Min(low, rate), Math.Max(high, rate));
            if (!(least > 0)) return 0;
            bool rises = direction <= 0 && rate - low > least, falls = direction >= 0 && high - rate > least;
            if (!rises && !falls) continue;
            if (direction != 0) turns++;
            (direction, low, high) = (rises ? 1 : -1, rate, rate);
        }
        return turns;
    }

    private static bool IsAfterDrop(LogPhase phase, RunLog log) =>
        phase.FirstRow > 0 && log.Rate[phase.FirstRow] < log.Rate[phase.FirstRow - 1];

    private static void Equilibrium(Evidence evidence)
    {
        foreach (var phase in evidence.Phases)
        {
            var asked = phase.Groups.Where(
                group => evidence.HasLaw(group.Name) && group.Gap.IsKnown && group.Units >= Transient
                    && evidence.Groups.Any(each => each.Name == group.Name)).ToList();
            var off = asked.Where(group => Math.Abs(group.Gap.Mean - 1) > 0.25 && group.Gap.Away(1) > 2).ToList();
            if (off.Count <= asked.Count / 2) continue;
            var middle = off.OrderBy(group => group.Gap.Mean).ElementAt(off.Count / 2);
            evidence.Remarks.Add(
                $"In phase {phase.Number} norms are not at equilibrium though it has {Text.Number(middle.Units)} mixing units: their "
                + $"gradients change faster than norms follow, so the effective rate is "
                + $"{Text.Number(Elementary.Pow(middle.Gap.Mean, -0.5), 2)} times that at equilibrium.");
        }
    }

    /// <summary>The mixing units of the whole log.</summary>
    internal static double UnitsOf(IReadOnlyList<LogPhase> phases) => phases.Sum(UnitsOf);

    /// <summary>The mixing units of a phase: those that most groups have.</summary>
    internal static double UnitsOf(LogPhase phase) =>
        phase.Groups.Select(group => group.Units).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Order().ToArray() is var ordered
            ? ordered[ordered.Length / 2] : double.NaN;
}
