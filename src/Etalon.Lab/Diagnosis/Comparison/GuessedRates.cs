using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>How a rate that was meant may have become the one of a log: guesses, fitted and ranked.</summary>
internal static class GuessedRates
{
    // A guess explains a log whose rows it fits nearly, or most of them to a percent; if it leaves less than a third or so of the
    // difference that is to be explained.
    private const double Near = 0.02, MostRowsFit = 0.8, Left = 0.3;

    // Of a rate: as near as a fit is called one.
    private const double Same = 0.01;

    private const double PerNumber = 1e-3;

    // In logarithms: beyond this a row is different, and it does not matter how much.
    private const double Different = 0.5;

    // From which share of the peak on a rate counts as 0, since nothing happens there.
    private const double Floor = 1e-5;

    // A step down by less is part of a slope.
    private const double Drop = 0.75;

    private const int MostDrops = 16, MostRows = 400, Spans = 240;

    /// <summary>The guesses that come nearest, the best first; of those that are as good the plainest.</summary>
    public static IReadOnlyList<Fit> Of(Reference reference, double[] steps, double[] rates)
    {
        var (x, y) = Thinned(steps, rates);
        double peak = Math.Max(y.Max(), Enumerable.Range(0, x.Length).Max(i => reference.RateAt(x[i])));
        if (!(peak > 0)) return [];
        double unexplained = Fitted(new("", "", "", reference.RateAt), 1, x, y, peak).Residual;
        var fits = All(reference, x, y).Concat(ShapeGuesses.Of(reference, steps, rates))
            .SelectMany(guess => Fits(guess, reference.TotalSteps, x, y, peak))
            .Select(fit => fit with { Explains = fit.Residual < Left * unexplained && (fit.Residual < Near || fit.Share >= MostRowsFit) })
            .ToList();
        // A tenth of a percent is no reason to prefer one to a plainer one before it, and each number that was chosen to fit is worth as
        // much.
        return [.. fits.OrderBy(fit => Math.Round(fit.Residual + PerNumber * (fit.Guess.Numbers + (fit.Factor == 1 ? 0 : 1)), 3)).Take(8)];
    }

    private static IEnumerable<Fit> Fits(Guess guess, long end, double[] x, double[] y, double peak)
    {
        if (!guess.IsOfSize) yield return Fitted(guess, 1, x, y, peak);
        // Past the end a schedule is constant, and of the right size any constant fits any other.
        double[] ratios = [.. Enumerable.Range(0, x.Length).Where(i => !(guess.Time is { } time && time(x[i]) >= end))
            .Select(i => y[i] / guess.Value(x[i])).Where(ratio => double.IsFinite(ratio) && ratio > 0).Order()];
        if (!guess.IsScalable || ratios.Length < 3) yield break;
        double factor = ratios[ratios.Length / 2];
        if (Math.Abs(factor - 1) > Same)
            yield return Fitted(guess, factor, x, y, peak);
    }

    private static Fit Fitted(Guess guess, double factor, double[] x, double[] y, double peak)
    {
        double least = Floor * peak;
        double[] differences = [.. x.Zip(y, (step, rate) =>
        {
            double from = factor * guess.Value(step), to = guess.UpTo is { } upTo ? factor * upTo(step) : from;
            return Math.Abs(Elementary.Log((rate + least) / (Math.Clamp(rate, from, Math.Max(from, to)) + least)));
        })];
        return new(guess, factor, differences.Average(difference => Math.Min(difference, Different)),
            differences.Count(difference => difference < Same) / (double)differences.Length);
    }

    private static IEnumerable<Guess> All(Reference reference, double[] x, double[] y)
    {
        string meant = reference.IsRecipe ? "the recipe's" : "the other log's";
        Func<double, double> of = reference.RateAt;
        yield return new("", "", "Set the optimizer's lr to the one that was meant.", of) { IsOfSize = true };
        foreach (var guess in Warmup(reference, meant)) yield return guess;
        foreach (var guess in Epochs(reference, meant)) yield return guess;
        foreach (var guess in Drops(reference)) yield return guess;
        foreach (int shift in (int[])[1, -1])
            yield return new(
                $"the schedule is {(shift > 0 ? "ahead" : "behind")} by one update",
                $"the log's rate at t is {meant} at t {(shift > 0 ? "+" : "-")} 1",
                shift > 0
                    ? "Call scheduler.step() after optimizer.step(), once, and not before the first update."
                    : "Check the order of scheduler.step() and optimizer.step(), and the step that a resumed run begins with.",
                    t => of(t + shift));
        yield return new("the rate never changes", $"the log's rate is {Text.Number(y[0])} in every row",
            "Call scheduler.step(), and after a resume load the scheduler's state.", _ => y[0], IsScalable: false);
        if (Span(reference, x, y) is { } span)
        {
            double length = reference.TotalSteps / span;
            yield return new(
                "the schedule has another length",
                $"the log's rate at t is {meant} at {Text.Number(span)} t, as of a schedule of {length:#,0} updates instead of "
                + $"{reference.TotalSteps:#,0}",
                "Give the scheduler the number of updates that the run really has; look at epochs, gradient accumulation and the number "
                + "of processes.", t => reference.RateBetween(span * t))
            { Time = t => span * t, Numbers = 1 };
        }
    }

    private static IEnumerable<Guess> Epochs(Reference reference, string meant)
    {
        if (reference.StepsPerEpoch is not { } epoch) yield break;
        const string Remedy = "Call scheduler.step() once per epoch, after the loop over batches; or write the schedule in updates.";
        yield return new($"the scheduler steps once per batch, and counts in epochs", $"the log's rate at t is {meant} at {epoch:#,0} t",
            Remedy, t => reference.RateAt(epoch * t))
        { Time = t => epoch * t, UpTo = t => Rising(reference, epoch * t, epoch) };
        // PyTorch's cosine goes up again past its end.
        yield return new(
            $"the scheduler steps once per batch, and counts in epochs",
            $"the log's rate at t is {meant} at {epoch:#,0} t, back and forth as PyTorch's cosine goes", Remedy,
            t => reference.RateAt(Back(epoch * t, Peak(reference), reference.TotalSteps)))
        { UpTo = t => Rising(reference, Back(epoch * t, Peak(reference), reference.TotalSteps), epoch) };
        yield return new(
            "the scheduler steps once per epoch, and counts in updates", $"the log's rate at t is {meant} at t / {epoch:#,0}",
            "Call scheduler.step() once per batch, in the loop over batches.", t => reference.RateAt(Math.Floor(t / epoch)));
        yield return new(
            "the rate moves once per epoch only", $"the log's rate at t is {meant} at the begin of t's epoch",
            "Call scheduler.step() once per batch, with the schedule in updates; or compare with a recipe that holds the rate for an "
            + "epoch.",
            t => reference.RateAt(Math.Floor(t / epoch) * epoch));
    }

    // A warm-up of few epochs that is counted in them has a rate of its own in each: of one epoch 0, a half or all of the peak, by its
    // convention. Any that the recipe has in that epoch may be meant.
    private static double Rising(Reference reference, double step, long epoch) =>
        step < Peak(reference) ? Math.Max(reference.RateAt(step), reference.RateAt(step + epoch)) : reference.RateAt(step);

    // Between the peak and the end, since a cosine is the same on both sides of either.
    private static double Back(double step, double peak, double length)
    {
        if (step < length) return step;
        double within = (step - peak) % (2 * (length - peak));
        return peak + (within < length - peak ? within : 2 * (length - peak) - within);
    }

    /// <summary>The update at which a rate that rises from the start stops to; 0 where it does not rise.</summary>
    public static long Peak(Reference reference)
    {
        long end = 0;
        while (end + 1 < reference.TotalSteps && reference.RateAt(end + 1) > reference.RateAt(end)) end++;
        return end;
    }

    private static IEnumerable<Guess> Warmup(Reference reference, string meant)
    {
        long end = Peak(reference);
        if (end == 0 || end + 1 == reference.TotalSteps) yield break;
        yield return new($"the warm-up is missing", $"the log begins at the rate of update {end:#,0}",
            "Put the warm-up in front of the schedule: torch.optim.lr_scheduler.SequentialLR with a LinearLR first.",
            t => reference.RateAt(Math.Max(t, end)));
        yield return new($"the warm-up is missing, and all else comes earlier", $"the log's rate at t is {meant} at t + {end:#,0}",
            "Put the warm-up in front of the schedule: torch.optim.lr_scheduler.SequentialLR with a LinearLR first.",
            t => reference.RateAt(t + end));
    }

    private static IEnumerable<Guess> Drops(Reference reference)
    {
        var drops = new List<(long At, double Factor)>();
        for (long step = 1; step < reference.TotalSteps && drops.Count <= MostDrops; step++)
            if (reference.RateAt(step - 1) is > 0 and var before && reference.RateAt(step) / before is < Drop and > 0 and var factor
                && IsFlat(reference, step - 2) && IsFlat(reference, step)) drops.Add((step, factor));
        if (drops.Count > MostDrops) yield break;
        for (int i = drops.Count - 1; i >= 0; i--)
        {
            var (at, factor) = drops[i];
            yield return new(
                $"the {(drops.Count == 1 ? "drop" : i == drops.Count - 1 ? "last drop" : i == 0 ? "first drop" : "drop")} of the rate at "
                + $"update {at:#,0} is missing", $"from there on the log's rate is {Text.Number(1 / factor)} times what was meant",
                "Look at the milestones, their unit (epochs or updates), and whether the run is long enough to reach them.",
                t => t < at ? reference.RateAt(t) : reference.RateAt(t) / factor);
        }
    }

    // Whether the rate is the same at an update and the next: the end of a cosine falls by a quarter and more from one to the next, too.
    private static bool IsFlat(Reference reference, long step) =>
        step < 0 || step + 1 >= reference.TotalSteps
        || Math.Abs(reference.RateAt(step + 1) / reference.RateAt(step) - 1) < Same;

    // The stretch of time that fits best: a coarse search over four decades either way, then a fine one around it.
    private static double? Span(Reference reference, double[] x, double[] y)
    {
        double peak = Math.Max(y.Max(), reference.RateAt(0));
        double Error(double span) =>
            Fitted(new("", "", "", t => reference.RateBetween(span * t)), 1, x, y, Math.Max(peak, 1e-300)).Residual;
        double[] coarse = [.. Enumerable.Range(0, Spans).Select(i => Elementary.Pow(10, -4 + 8.0 * i / (Spans - 1)))];
        double best = coarse.MinBy(Error), width = Elementary.Pow(10, 8.0 / (Spans - 1));
        for (int round = 0; round < 4; round++)
        {
            double from = best / width, ratio = Elementary.Pow(width * width, 1.0 / 16);
            best = Enumerable.Range(0, 17).Select(i => from * Elementary.Pow(ratio, i)).MinBy(Error);
            width = ratio;
        }
        return Math.Abs(best - 1) < 1e-3 ? null : best;
    }

    private static (double[] Steps, double[] Rates) Thinned(double[] steps, double[] rates)
    {
        int stride = (steps.Length + MostRows - 1) / MostRows;
        return ([.. steps.Where((_, i) => i % stride == 0)], [.. rates.Where((_, i) => i % stride == 0)]);
    }
}
