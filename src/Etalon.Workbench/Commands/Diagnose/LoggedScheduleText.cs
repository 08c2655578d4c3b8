using Etalon.Lab.Advice;
using Etalon.Lab.Charts;
using Etalon.Lab.LoggedSchedules;

namespace Etalon.Workbench.Commands;

/// <summary>What a log without norms says: the schedule that ran, its mixing units, and what follows; and what it cannot say.</summary>
internal static class LoggedScheduleText
{
    private const int MostPhases = 12;

    public static IEnumerable<string> Of(LoggedSchedule schedule, SchedulePieces pieces, int width)
    {
        foreach (var line in Heading(schedule, width)) yield return line;
        yield return "";
        foreach (var line in Wrap(SentenceOf(pieces), width)) yield return line;
        var phases = schedule.Phases();
        foreach (var phase in phases.Take(MostPhases))
            foreach (var line in WrappedText.Lines("- ", PhaseOf(phase), width)) yield return line;
        if (phases.Count > MostPhases)
            yield return $"- and {phases.Count - MostPhases} more {(phases.Count - MostPhases == 1 ? "phase" : "phases")}";
        foreach (string remark in schedule.Remarks)
            foreach (var line in Wrap(remark, width)) yield return line;
        if (schedule.FirstStep > 0)
            foreach (var line in Wrap(
                $"The log begins at update {schedule.FirstStep:#,0}; what came before is not counted, and updates of the "
                + "schedule count from there.", width)) yield return line;
        if (schedule.IsUnfinished)
            foreach (var line in Wrap(
                $"The run is to have {schedule.FirstStep + schedule.PlannedSteps!.Value:#,0} updates; what follows is of "
                + "those that are logged.", width)) yield return line;
        yield return "";
        foreach (var sentence in Consequences(schedule))
            foreach (var line in WrappedText.Lines("- ", sentence, width)) yield return line;
        yield return "";
        foreach (var line in Wrap(
            "Not judged, since no norms are in this log: scale-invariance, equilibrium, clips, an L2 term in the loss. `etalon "
            + "export logger --for pytorch` writes a module that logs them.", width)) yield return line;
    }

    /// <summary>What the log is, and of which updates.</summary>
    public static IEnumerable<string> Heading(LoggedSchedule schedule, int width) => Wrap(
        $"{schedule.Log.Source}: {schedule.Log.Format}; " + (schedule.Steps.Length == 1
            ? $"the rate of update {schedule.FirstStep + schedule.Steps[0]:#,0} alone"
            : $"rates of updates {schedule.FirstStep + schedule.Steps[0]:#,0} to {schedule.FirstStep + schedule.Steps[^1]:#,0}, "
                + $"{schedule.Steps.Length:#,0} rows, one each {schedule.Interval:#,0}"), width);

    /// <summary>The schedule in a sentence.</summary>
    public static string SentenceOf(SchedulePieces pieces) => pieces.Pieces.Count == 0
        ? "The rate is none of the shapes that are tried: constant, drops, a line, a cosine, a polynomial, a plateau with a decay, cycles "
            + "that begin anew, an exponential or inverse root, with a warm-up or without, one cycle, and lines up and down."
        : $"The rate is that of {pieces.Words}; the largest difference is {(pieces.Residual < SchedulePieces.Rounding ? "that of rounding"
            : $"{pieces.Residual:0.0e0} of the peak")}" + (pieces.IsExact
                ? "." : ", more than a log's digits leave, so it is not quite that.");

    private static string PhaseOf(LoggedPhase phase) =>
        (phase.End - phase.Begin == 1 ? $"update {phase.Begin:#,0}" : $"updates {phase.Begin:#,0} to {phase.End - 1:#,0}")
        + $": rate {Rates(phase)}"
        + (phase.Units is { } units ? $", {NumberWords.Of(units)} mixing units" : "");

    private static string Rates(LoggedPhase phase) =>
        phase.IsConstant ? NumberWords.OfRate(phase.First) : $"{NumberWords.OfRate(phase.First)} to {NumberWords.OfRate(phase.Last)}";

    private static IEnumerable<string> Consequences(LoggedSchedule schedule)
    {
        if (schedule.Decays.Length == 0 || schedule.Rule is not { } rule)
        {
            string missing = (schedule.Decays.Length == 0, schedule.Rule is null) switch
            {
                (true, true) => "weight decay and optimizer are not in the log: give --weight-decay and --optimizer",
                (true, false) => "weight decay is not in the log: give --weight-decay",
                _ => "the optimizer is not in the log: give --optimizer, since sgd's decay counts 1/(1 - momentum) times",
            };
            yield return $"Mixing units are not known, since {missing}.";
            yield break;
        }
        double units = schedule.Units()!.Value;
        if (units == 0)
        {
            yield return "There is no weight decay: norms only grow, and the effective rate falls by itself.";
            yield break;
        }
        yield return $"{NumberWords.Of(units)} mixing units in all: " + (units < Advice.FewestUnits
            ? "fewer than 3, so the run cannot forget its start, and decay hardly acts."
            : "the run has forgotten how it began; rate and weight decay matter by their product alone.");
        if (schedule.WeightDecay is not { } decay) yield break;
        if (schedule.Peak * decay >= 1)
        {
            yield return "Rate times decay reaches 1 at the peak, which leaves nothing of the weights: is the decay right?";
            yield break;
        }
        double peak = schedule.Peak * decay * rule.UnitsPerIntrinsicRate;
        string epochs = schedule.Question.StepsPerEpoch is { } perEpoch ? $" ({NumberWords.Of(1 / peak / perEpoch)} epochs)" : "";
        yield return $"A unit takes {NumberWords.Of(1 / peak)} updates{epochs} at the peak rate, and an update turns the weights by "
            + $"{NumberWords.Of(rule.Angle(peak))} rad at its equilibrium.";
        if (rule.IsCoupled) yield break;
        if (rule.Kind == AdvisedOptimizer.AdamW)
            yield return $"The root mean square of normalized weights tends to {NumberWords.Of(Math.Sqrt(schedule.Peak / (2 * decay)))} "
                + $"at the peak.";
        if (units < Advice.FewestUnits || schedule.ExpectedGrowth() is not (> 1.05 and var expected)) yield break;
        yield return $"Gradients of normalized weights are expected to grow about {NumberWords.Of(expected)} times until the end, since "
            + $"their norm "
            + "shrinks with the rate."
            + (schedule.MeasuredGrowth() is { } measured
            ? $" The logged gradient norm grows {NumberWords.Of(measured)} times: " + Judged(measured / expected) : "");
    }

    // A law for the normalized weights, held against the norm of all: only where those carry it may more be said.
    private static string Judged(double ratio) => ratio is >= 0.75 and <= 1.33
        ? "that is the law, and no fault."
        : ratio > 1.33
            ? "more than the law, if normalized weights carry most of it; the loss's own part may be the rest."
            : "less than the law; other weights, such as the head, may carry most of it.";

    private static IEnumerable<string> Wrap(string text, int width) => WrappedText.Lines("", text, width, indentation: 2);
}
