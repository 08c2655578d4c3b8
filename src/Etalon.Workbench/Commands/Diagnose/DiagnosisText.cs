using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Workbench.Commands;

/// <summary>A diagnosis as a page: verdict, headline, flags, remarks, a line a phase, what was not looked at.</summary>
internal static class DiagnosisText
{
    private const int MostPhases = 12, MostIgnored = 8;

    /// <summary>The whole page, its parts with a blank line between.</summary>
    public static IReadOnlyList<string> Page(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        IEnumerable<IReadOnlyList<string>> parts =
        [
            Heading(diagnosis, width),
            [Verdict(diagnosis), .. Headline(diagnosis, width)],
            .. Enumerable.Range(0, diagnosis.Flags.Count).Select(flag => Flag(diagnosis, flag, width)),
            Remarks(diagnosis, width),
            Phases(diagnosis, width),
            Checked(diagnosis, width),
            NotLookedAt(diagnosis, width),
        ];
        return [.. parts.Where(part => part.Count > 0).SelectMany(part => part.Prepend("")).Skip(1)];
    }

    /// <summary>What was read, in a line or two.</summary>
    public static IReadOnlyList<string> Heading(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var log = diagnosis.Log;
        string optimizer = log.Kind != OptimizerKind.Sgd && log.Optimizer is { } name
            ? name : log.Rule.Nesterov ? "SGD with Nesterov's momentum" : "SGD";
        return [.. WrappedText.Lines(
            "", $"{log.Source}: updates {log.Steps[0]:N0} to {log.Steps[^1]:N0}, {Text.Count(log.Steps.Length, "row")}, one each "
                + $"{log.Interval:N0}; {Text.Count(diagnosis.Evidence.Groups.Count, "group")} of weights; {optimizer}", width, 2)];
    }

    /// <summary>What came of it, in one line.</summary>
    public static string Verdict(RunDiagnosis diagnosis)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return diagnosis.Flags.Count switch
        {
            0 when diagnosis.Checked.Count == 0 => "Nothing could be checked: see below what the log lacks.",
            0 => "No fault found.",
            1 => "One fault found.",
            var count => $"{count} faults found, the likeliest cause first.",
        };
    }

    /// <summary>What the run as a whole is, from its mixing units.</summary>
    public static IReadOnlyList<string> Headline(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return [.. WrappedText.Lines("", Headline(diagnosis), width)];
    }

    private static string Headline(RunDiagnosis diagnosis)
    {
        if (diagnosis.Evidence.HasDirections) return OfDirections(diagnosis);
        if (!diagnosis.Evidence.IsSgd) return "Its optimizer is not SGD, so mixing units and equilibrium are not judged.";
        if (diagnosis.Evidence.NoUnits is { } reason) return $"How long the run is, in mixing units, cannot be said: {reason}.";
        double units = RunRemarks.UnitsOf(diagnosis.Phases);
        if (double.IsNaN(units))
            return "How long the run is, in mixing units, cannot be said: rate, weight decay or momentum is missing in the log.";
        if (units == 0) return WithoutDecay(diagnosis.Log);
        string meaning = units switch
        {
            _ when diagnosis.Evidence.HasTooFewRows => "so few rows say nothing of what decay does",
            < 0.1 => "weight decay plays almost no part in this run, and norms stay near where the gradients lead them from the start",
            < 0.5 => "the start still decides the norms; weight decay has only begun to act",
            < 3 => "long enough for norms to settle to what rate, decay and gradients make of them, too short for the network to forget "
                + "how it began",
            _ => "the run has forgotten how it began; rate and weight decay matter by their product alone",
        };
        bool isOverMomentum = diagnosis.Log.Momentum.Any(value => value > 0) && diagnosis.Log.Rule.Decay == DecayForm.Coupled;
        return $"{Text.Number(units, 2)} mixing units in all (the sum of rate times decay{(isOverMomentum ? ", over 1 - momentum" : "")}): "
            + $"{meaning}.";
    }

    private static string WithoutDecay(RunLog log) => log.IsConverted
        ? "Trained in an equivalent form: no weight decay acts on these weights, and a rate that grows takes its part."
        : "No weight decay acts on these weights: their norms only grow, and the effective rate only falls.";

    private static string OfDirections(RunDiagnosis diagnosis)
    {
        if (diagnosis.Log.Kind == OptimizerKind.AdamWithL2)
            return "How long the run is, in mixing units, cannot be said: Adam divides the decay in the gradient by the gradients' size.";
        double units = RunRemarks.UnitsOf(diagnosis.Phases);
        if (double.IsNaN(units)) return "How long the run is, in mixing units, cannot be said: rate or weight decay is missing in the log.";
        if (units == 0) return WithoutDecay(diagnosis.Log);
        string meaning = units switch
        {
            < 0.1 => "weight decay plays almost no part in this run, and norms stay near where the updates lead them from the start",
            < 1 => "the start still decides the norms; weight decay has only begun to act",
            < 3 => "long enough for norms to settle to what rate and decay make of them, too short for the network to forget how it began",
            _ => "the run has forgotten how it began; rate and weight decay matter by their product alone",
        };
        return $"{Text.Number(units, 2)} mixing units in all (the sum of rate times decay): {meaning}.";
    }

    /// <summary>A flag: cause, what shows it, what to do, and where.</summary>
    public static IReadOnlyList<string> Flag(RunDiagnosis diagnosis, int index, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var flag = diagnosis.Flags[index];
        var lines = new List<string>();
        lines.AddRange(WrappedText.Lines($"{index + 1}. ", flag.Cause + ".", width));
        lines.AddRange(WrappedText.Lines("   Shown by: ", flag.Shown, width, 3));
        if (flag.Groups.Count > 0)
            lines.AddRange(
                WrappedText.Lines("   Where: ", $"{GroupNames.Of(flag.Groups, diagnosis.Evidence)}{InPhases(flag, diagnosis)}", width, 3));
        lines.AddRange(WrappedText.Lines("   Do: ", flag.Remedy, width, 3));
        return lines;
    }

    // Where a flag is not in every phase.
    private static string InPhases(Flag flag, RunDiagnosis diagnosis)
    {
        if (flag.Phases.Count == 0 || flag.Phases.Count >= diagnosis.PhaseCount) return "";
        string numbers = string.Join(", ", flag.Phases.Take(8).Select(phase => $"{phase}"));
        return $", in {(flag.Phases.Count == 1 ? "phase" : "phases")} {numbers}{(flag.Phases.Count > 8 ? " ..." : "")}";
    }

    /// <summary>Remarks, each wrapped behind a dash; with no flags also what was checked.</summary>
    public static IReadOnlyList<string> Remarks(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var lines = new List<string>();
        if (diagnosis.Remarks.Count > 0) lines.Add(diagnosis.Remarks.Count == 1 ? "Remark (no fault)" : "Remarks (no faults)");
        foreach (string remark in diagnosis.Remarks) lines.AddRange(WrappedText.Lines("- ", remark, width));
        return lines;
    }

    /// <summary>What was looked for and not found.</summary>
    public static IReadOnlyList<string> Checked(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        return diagnosis.Checked.Count == 0
            ? [] : [.. WrappedText.Lines("", $"Looked for and not found: {string.Join("; ", diagnosis.Checked)}.", width, 2)];
    }

    /// <summary>A line for each phase; those that repeat, or too many, are folded.</summary>
    public static IReadOnlyList<string> Phases(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        var phases = diagnosis.Phases;
        var lines = new List<string> { "Phases" };
        if (phases.Count <= MostPhases)
        {
            foreach (var phase in phases) lines.AddRange(WrappedText.Lines("- ", Line(diagnosis, phase), width));
            return lines;
        }
        var (first, last) = (phases[0], phases[^1]);
        double[] rates = [.. diagnosis.Log.Rate.Where(double.IsFinite)];
        lines.AddRange(WrappedText.Lines(
            "- ", $"{phases.Count:N0} phases of "
                + $"{Text.Range(phases.Min(phase => phase.End - phase.Begin), phases.Max(phase => phase.End - phase.Begin))} updates, "
                + $"from {first.Begin:N0} to {last.End - 1:N0}, in which the rate goes up and "
                + $"down{(rates.Length > 0 ? $" between {Text.Number(rates.Min())} and {Text.Number(rates.Max())}" : "")}; "
                + $"{Text.Number(phases.Sum(RunRemarks.UnitsOf) / phases.Count, 2)} mixing units each on average. `--full` lists them.",
            width));
        return lines;
    }

    /// <summary>What was not looked at, and why.</summary>
    public static IReadOnlyList<string> NotLookedAt(RunDiagnosis diagnosis, int width)
    {
        ArgumentNullException.ThrowIfNull(diagnosis);
        List<string> items = [.. diagnosis.NotLookedAt];
        var ignored = diagnosis.Log.Ignored;
        if (ignored.Count > 0)
            items.Add(
                $"{Text.Count(ignored.Count, "column")} that mean{(ignored.Count == 1 ? "s" : "")} nothing here: "
                + $"{string.Join(", ", ignored.Take(MostIgnored))}"
                + $"{(ignored.Count > MostIgnored ? $" and {ignored.Count - MostIgnored} more" : "")}");
        return items.Count == 0 ? [] : ["Not looked at", .. items.SelectMany(item => WrappedText.Lines("- ", item, width))];
    }

    private static string Line(RunDiagnosis diagnosis, LogPhase phase)
    {
        var log = phase.Log;
        string Of(string what, double[] values) =>
            phase.FirstRow is var from && double.IsNaN(values[from])
                ? $"{what} unknown" : $"{what} {Text.Range(values[from], values[phase.EndRow - 1])}";
        // What the units beside it count.
        double decay = log.WeightDecay[phase.FirstRow], whole = DecayOf(phase);
        string inLoss = diagnosis.Evidence.IsTermCounted && whole > decay * 1.001 ? $" and {Text.Number(whole - decay)} in the loss" : "";
        string numbers = string.Join(
            ", ", new[] { Of("rate", log.Rate), Of("decay", log.WeightDecay) + inLoss, Of("momentum", log.Momentum) });
        double units = RunRemarks.UnitsOf(phase);
        bool hasUnits = diagnosis.Evidence.IsSgd || diagnosis.Evidence.HasDirections && log.Kind != OptimizerKind.AdamWithL2;
        string length = !hasUnits || double.IsNaN(units) ? "" : $"; {Text.Number(units, 2)} mixing units";
        return $"{phase.Number}: updates {phase.Begin:N0} to {phase.End - 1:N0}, {numbers}{length}{Standing(diagnosis, phase)}";
    }

    // The decay that most groups have, with what an L2 term in the loss adds.
    private static double DecayOf(LogPhase phase)
    {
        double[] decays = [.. phase.Groups.Select(group => group.NumbersAt(0).WeightDecay).Where(double.IsFinite).Order()];
        return decays.Length > 0 ? decays[decays.Length / 2] : double.NaN;
    }

    // Where the norms are against their equilibrium, of the group in the middle.
    private static string Standing(RunDiagnosis diagnosis, LogPhase phase)
    {
        if (diagnosis.Evidence.HasDirections) return StandingOfDirections(diagnosis, phase);
        var judged = phase.Groups.Where(
            group => diagnosis.Evidence.HasLaw(group.Name) && group.Gap.IsKnown
                && diagnosis.Evidence.Groups.Any(each => each.Name == group.Name)).OrderBy(group => group.Gap.Mean).ToList();
        if (judged.Count == 0 || judged[0].Law is not { Units: > 0 } law) return "";
        var gap = judged[judged.Count / 2].Gap;
        // No margin that is wider than what it is of says anything.
        if (gap.Margin > 0.5 * gap.Mean) return "";
        string settled = $"{MixingUnits.Equilibrated(judged[0].Units):P0} settled";
        return $", {settled}; effective rate {Text.WithMargin(Elementary.Pow(gap.Mean, -0.5), gap.ToThe(-0.5).Margin)} times that at "
            + $"equilibrium";
    }

    // |w| and angle over the law's, of the group in the middle.
    private static string StandingOfDirections(RunDiagnosis diagnosis, LogPhase phase)
    {
        var groups = diagnosis.Evidence.DirectionGroups.Select(group => phase.Groups.First(each => each.Name == group.Name)).ToList();
        var phases = groups.Select(group => new DirectionPhase(group)).ToList();
        string Middle(string what, Func<DirectionPhase, PhaseEstimate> of)
        {
            var known = phases.Select(of).Where(each => each.IsKnown && each.Margin <= 0.5 * each.Mean).OrderBy(each => each.Mean).ToList();
            return known.Count == 0 ? ""
                : $"; {what} {Text.WithMargin(known[known.Count / 2].Mean, known[known.Count / 2].Margin)} times that at equilibrium";
        }
        string standing = Middle("|w|", each => each.Square.ToThe(0.5)) + Middle("angle", each => each.Rotation);
        return standing.Length == 0 || diagnosis.Log.Kind == OptimizerKind.AdamWithL2 ? standing
            : $", {phases[phases.Count / 2].Settled:P0} settled{standing}";
    }
}
