using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Where a log's rate, weight decay and momentum first differ from those that were meant, by how much, and which guess explains it.
/// </summary>
internal static class ScheduleComparison
{
    // Of the larger of two numbers: what float32, and a rate printed with few digits, may leave.
    private const double Slack = 1e-4;

    // Of the peak: the end of a schedule that goes to 0 is 0 but for rounding.
    private const double Least = 1e-7;

    public static IReadOnlyList<Flag> Of(RunLog log, Reference reference, Evidence evidence)
    {
        int rows = log.Steps.Count(step => step < reference.TotalSteps);
        if (rows < log.Steps.Length)
            evidence.Remarks.Add(
                $"The log goes on to update {log.Steps[^1]:#,0}, and {reference.Name} has {reference.TotalSteps:#,0} updates; rows "
                + $"beyond are {(reference.IsRecipe ? "compared with its last numbers" : "not compared")}.");
        else if (log.End < reference.TotalSteps)
            evidence.Remarks.Add(
                $"The log ends at update {log.Steps[^1]:#,0}, and {reference.Name} has {reference.TotalSteps:#,0} updates; what was not "
                + $"logged is not compared.");
        var flags = new List<Flag>();
        double[] steps = [.. log.Steps.Select(step => (double)step)];
        if (Difference(steps, log.Rate, reference.RateAt, reference) is { } rate)
        {
            if (WarmupConventions.Told(log, reference) is { } convention) evidence.Remarks.Add(convention);
            else flags.Add(Rate(log, reference, steps, rate));
        }
        if (Difference(steps, log.WeightDecay, reference.WeightDecayAt, reference) is { } decay) flags.Add(Decay(log, reference, decay));
        var kind = Reference.KindOf(log);
        bool isOther = kind is not null && reference.Kind is not null && kind != reference.Kind,
            isSgd = (kind ?? reference.Kind ?? OptimizerKind.Sgd) == OptimizerKind.Sgd;
        if (isOther)
            flags.Add(
                new(FlagKind.RuleDiffers, $"The optimizer is not that of {reference.Name}",
                    $"The log has {log.Optimizer ?? "SGD"}, and {reference.Name} {OptimizerKinds.NameOf(reference.Kind!.Value)}.",
                    "Train with the optimizer that was meant."));
        else if (isSgd)
        {
            if (Difference(steps, log.Momentum, reference.MomentumAt, reference) is { } momentum) flags.Add(Momentum(reference, momentum));
        }
        else
        {
            if (Beta("beta1", log.Momentum, reference.MomentumAt) is { } beta1) flags.Add(beta1);
            if (log.Beta2.Length > 0 && Beta("beta2", log.Beta2, step => reference.Beta2At((long)step)) is { } beta2) flags.Add(beta2);
            else if (log.Beta2.All(double.IsNaN) && double.IsFinite(reference.Beta2At(0)))
                evidence.NotLookedAt.Add($"beta2 against {reference.Name}: it is not in the log");
        }
        if (isSgd && !isOther
            && log.IsRuleLogged && reference.IsRuleKnown && log.Rule != reference.Rule && log.Momentum.Any(value => value > 0))
            flags.Add(
                new(FlagKind.RuleDiffers, $"The update rule is not that of {reference.Name}",
                    $"The log has {log.Rule}, and {reference.Name} {reference.Rule}.",
                    "Set nesterov and dampening of the optimizer as was meant."));
        foreach (var (name, values) in (ReadOnlySpan<(string, double[])>)[("rate", log.Rate), ("weight decay", log.WeightDecay),
            ("momentum", log.Momentum)])
            if (values.All(double.IsNaN)) evidence.NotLookedAt.Add($"the {name} against {reference.Name}: it is not in the log");
        if (flags.Count == 0 && log.Rate.Any(double.IsFinite))
            evidence.Checked.Add($"{(evidence.Remarks.Any(WarmupConventions.Is) ? "other " : "")}differences from {reference.Name}");
        return flags;

        // By what a beta forgets: 0.999 and 0.9995 are near, and half of that.
        Flag? Beta(string name, double[] values, Func<double, double> meant)
        {
            double[] forgotten = [.. values.Select(value => 1 - value)];
            if (Difference(steps, forgotten, step => 1 - meant(step), reference) is not { } first) return null;
            var (has, due) = Text.Apart(1 - first.Has, 1 - first.Meant);
            return new(FlagKind.MomentumDiffers, $"{name} is not that of {reference.Name}",
                $"It first differs at update {first.Step:#,0}: {has} in the log, {due} in {reference.Name}.",
                "Set the optimizer's betas to those that were meant.")
            {
                Value = 1 - first.Has,
            };
        }
    }

    /// <summary>The first row that has another number than was meant; null where none has.</summary>
    /// <remarks>Between the rows of another log anything from one row's number to the next one's may have been meant.</remarks>
    internal static (int Row, double Has, double Meant, long Step)? Difference(double[] steps, double[] values, Func<double, double> meant,
        Reference reference)
    {
        double peak = values.Where(double.IsFinite).Concat(steps.Select(meant)).DefaultIfEmpty(0).Max();
        for (int row = 0; row < steps.Length; row++)
        {
            double has = values[row], due = meant(steps[row]);
            if (!double.IsFinite(has) || !IsApart(has, due, peak) || !reference.Knows((long)steps[row])) continue;
            var (before, after) = reference.KnownAround((long)steps[row]);
            double one = meant(before), other = meant(after);
            bool isBetween = before < after && has >= Math.Min(one, other) * (1 - Slack) && has <= Math.Max(one, other) * (1 + Slack);
            if (!isBetween) return (row, has, due, (long)steps[row]);
        }
        return null;
    }

    private static bool IsApart(double has, double due, double peak) =>
        Math.Abs(has - due) > Slack * Math.Max(has, due) + Least * peak;

    // Where two numbers first differ, each with the digits that show it.
    private static string Where((int Row, double Has, double Meant, long Step) first, Reference reference)
    {
        var (has, meant) = Text.Apart(first.Has, first.Meant);
        return $"It first differs at update {first.Step:#,0}: {has} in the log, {meant} in {reference.Name}"
            + $"{Factor(first.Has, first.Meant)}.";
    }

    private static Flag Rate(RunLog log, Reference reference, double[] steps, (int Row, double Has, double Meant, long Step) first)
    {
        int[] known = [.. Enumerable.Range(0, steps.Length).Where(row => double.IsFinite(log.Rate[row]))];
        var fits = GuessedRates.Of(reference, [.. known.Select(row => steps[row])], [.. known.Select(row => log.Rate[row])]);
        string where = Where(first, reference);
        var best = fits.Count == 0 ? null : fits[0];
        if (best is null || !best.Explains)
        {
            string nearest = best is null
                ? "" : $" The nearest guess is that {Words(best)}, which fits {Percent(best)}: no explanation.";
            return new(FlagKind.RateDiffers,
                IsWarmupOnly(log, reference)
                    ? $"The warm-up is not that of {reference.Name}; from update {GuessedRates.Peak(reference):#,0} on the rates agree"
                    : $"The rate is not that of {reference.Name}", where + nearest,
                    "Compare the scheduler with the recipe: `etalon plan` prints its rate at every update.")
            {
                Value =
                    first.Has / first.Meant
            };
        }
        string cause = best.Guess.Formula.Length == 0
            ? $"The rate is {Text.Times(best.Factor)} that of {reference.Name}"
            : Words(best) is var words ? $"{char.ToUpperInvariant(words[0])}{words[1..]}" : "";
        string formula = best.Guess.Formula.Length == 0
            ? "The log's rate is this multiple of what was meant in every row"
            : $"{char.ToUpperInvariant(best.Guess.Formula[0])}{best.Guess.Formula[1..]}";
        // The same told in words of the schedules' numbers is no other explanation.
        var others = fits.Skip(1).Where(fit => fit.Explains && fit.Guess.Words != best.Guess.Words)
            .Where(fit => !(fit.Guess.IsOfShapes && Math.Abs(fit.Residual - best.Residual) < 1e-3))
            .DistinctBy(fit => fit.Guess.Words).Take(2).ToList();
        string more = others.Count == 0
            ? "" : $" Less likely: {string.Join("; ", others.Select(fit => $"{Words(fit)} ({Percent(fit)})"))}.";
        return new(FlagKind.RateDiffers, cause, $"{where} {formula}: it fits {Percent(best)}.{more}",
            best.Guess.Remedy)
        { Value = best.Factor, Margin = best.Residual };
    }

    private static bool IsWarmupOnly(RunLog log, Reference reference)
    {
        long peak = GuessedRates.Peak(reference);
        var after = log.Steps.Zip(log.Rate).Where(row => row.First >= peak && double.IsFinite(row.Second)).ToList();
        return peak > 0 && after.Count > 0
            && Difference([.. after.Select(row => (double)row.First)], [.. after.Select(row => row.Second)], reference.RateAt, reference)
                is null;
    }

    private static Flag Decay(RunLog log, Reference reference, (int Row, double Has, double Meant, long Step) first)
    {
        string where = Where(first, reference);
        double[] ratios =
            [.. log.WeightDecay.Select((decay, row) => decay / reference.WeightDecayAt(log.Steps[row])).Where(double.IsFinite)];
        bool isNone = log.WeightDecay.All(decay => decay is 0 or double.NaN);
        double peak = log.Rate.Where(double.IsFinite).DefaultIfEmpty(0).Max();
        bool isConstant = ratios.Length > 0 && ratios.Max() - ratios.Min() <= 1e-3 * ratios.Max();
        double[] scaled = [.. log.Rate.Zip(log.WeightDecay, (rate, decay) => (rate, decay))
            .Select((each, row) => each.decay / (each.rate / peak * reference.WeightDecayAt(log.Steps[row]))).Where(double.IsFinite)
            .Order()];
        double factor = scaled.Length > 2 ? scaled[scaled.Length / 2] : double.NaN,
            residual = scaled.Length > 2 ? scaled.Average(each => Math.Abs(each / factor - 1)) : double.NaN;
        bool followsRate = !isConstant && scaled.Length > 2 && scaled[^1] - scaled[0] <= 1e-2 * scaled[^1];
        return new(
            FlagKind.DecayDiffers,
            isNone ? "There is no weight decay in the whole run"
            : followsRate ? "The weight decay is scaled by the rate"
            : isConstant ? $"The weight decay is {Text.Times(ratios[0])} that of {reference.Name}"
            : $"The weight decay is not that of {reference.Name}",
            followsRate
                ? $"{where} The log's weight decay at t is "
                    + $"{(Math.Abs(factor - 1) < 1e-3 ? "" : $"{Text.Times(factor)} ")}{reference.Name}'s times the rate over its peak "
                    + $"of {Text.Number(peak)}: it fits "
                    + $"{(residual < 1e-3 ? "in every row, to 0.1 %" : $"to {Text.Number(100 * residual, 2)} % on average")}." : where,
            followsRate
                ? $"{log.Optimizer ?? "SGD"} multiplies the decay by the rate itself: give the optimizer a constant weight_decay."
                : "Set the optimizer's weight_decay, in every parameter group, to the one that was meant.")
        {
            Value = followsRate ? factor : first.Has / first.Meant,
            Margin = followsRate ? residual : double.NaN,
        };
    }

    private static Flag Momentum(Reference reference, (int Row, double Has, double Meant, long Step) first) => new(
        FlagKind.MomentumDiffers,
        first.Has == 0 ? "There is no momentum" : $"The momentum is not that of {reference.Name}",
        $"It first differs at update {first.Step:#,0}: {Text.Apart(first.Has, first.Meant).One} in the log, "
        + $"{Text.Apart(first.Has, first.Meant).Other} in {reference.Name}; "
        + $"a rate moves the weights {Text.Number((1 - first.Meant) / (1 - first.Has))} times as far with the log's.",
        "Set the optimizer's momentum to the one that was meant.")
    {
        Value = first.Has,
    };

    private static string Factor(double has, double meant) =>
        has > 0 && meant > 0 ? $", a factor of {Text.Apart(has / meant, 1).One}" : "";

    // A guess and its factor, as a clause.
    private static string Words(Fit fit) =>
        fit.Factor == 1 ? fit.Guess.Words
        : $"{(fit.Guess.IsOfSize ? "" : $"{fit.Guess.Words}, and ")}the rate is {Text.Times(fit.Factor)} what was meant";

    // How well a guess fits: in all rows, or in most.
    private static string Percent(Fit fit) =>
        fit.Share > 0.999
            ? "in every row, to 1 %"
            : fit.Share > 0.99
            ? "in nearly every row, to 1 %"
            : fit.Share >= 0.5 ? $"in {fit.Share:P0} of the rows, to 1 %" : $"to {Text.Number(100 * fit.Residual, 2)} % on average";
}

/// <summary>A way in which a schedule may have become another one.</summary>
/// <param name="Words">What would have happened, as a clause: "the scheduler steps once per batch".</param>
/// <param name="Formula">The same in numbers: "the log's rate at t is the recipe's at 200 t".</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Value">What the log would then have at an update.</param>
/// <param name="IsScalable">Whether it may stand together with a constant factor.</param>
internal sealed record Guess(string Words, string Formula, string Remedy, Func<double, double> Value, bool IsScalable = true)
{
    /// <summary>Whether nothing but the size differs, so that without a factor it is no guess.</summary>
    public bool IsOfSize { get; init; }

    /// <summary>How many numbers of its own were chosen so that it fits.</summary>
    public int Numbers { get; init; }

    /// <summary>Whether it tells the difference of two schedules in their own numbers, as milestones and ends.</summary>
    public bool IsOfShapes { get; init; }

    /// <summary>The update of the schedule that the log would be at, where time runs at another pace; else null.</summary>
    public Func<double, double>? Time { get; init; }

    /// <summary>The largest rate that the log may have at an update, where <see cref="Value"/> is the smallest; else null.</summary>
    public Func<double, double>? UpTo { get; init; }
}

/// <summary>A guess held against a log.</summary>
/// <param name="Guess">The guess.</param>
/// <param name="Factor">The constant factor that fits best; 1 where none is needed.</param>
/// <param name="Residual">The mean difference of logarithms over the rows, each at most 1/2, so that a few rows that are quite different do
/// not outweigh all others: 0.01 is a percent.</param>
/// <param name="Share">The share of rows that it fits to a percent.</param>
internal sealed record Fit(Guess Guess, double Factor, double Residual, double Share)
{
    /// <summary>Whether it explains the log: most rows fit, and far better than with no guess at all.</summary>
    public bool Explains { get; init; }
}
