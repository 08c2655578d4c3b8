using Etalon.Lab.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// What is allowed in a schedule and hardly ever meant: a number of another size than any recipe has, a warm-up without an end, a jump
/// between pieces.
/// </summary>
internal static class ScheduleWarnings
{
    private const double LargestUsualRate = 10, LargestUsualDecay = 1;

    // Ten times that of published recipes.
    private const double LargestUsualStep = 0.1;

    // What steps and drops by hand do is a tenth; more is a slip. A ramp goes to where the next piece begins, so there a tenth is one too.
    private const double LargestJump = 10.5, LargestJumpAfterRamp = 10 * (1 - 1e-9);

    private const int Samples = 2000;

    /// <summary>A rate above 10 or a decay above 1. An exponential rate is meant to grow, as an equivalent without decay does.</summary>
    public static void OfSize(Schedule schedule, ScheduledQuantity quantity, long totalSteps, SourceLocation place, string path,
        RecipeWarnings warnings)
    {
        if (!warnings.AreWanted || quantity == ScheduledQuantity.Momentum) return;
        if (quantity == ScheduledQuantity.LearningRate && Grows(schedule)) return;
        var (step, peak) = PeakOf(schedule, totalSteps);
        if (OfSize(peak, quantity) is { } warning) warnings.Add(place, $"{path} is {peak:G6} at step {step}: {warning}");
    }

    /// <summary>A rate above 0.1 of an optimizer whose updates are as large as the rate, whatever the gradients are.</summary>
    public static void OfStep(Schedule rate, OptimizerSpec optimizer, long totalSteps, SourceLocation place, RecipeWarnings warnings)
    {
        if (!warnings.AreWanted || !optimizer.StepsByRate || Grows(rate)) return;
        var (step, peak) = PeakOf(rate, totalSteps);
        if (OfSize(peak, ScheduledQuantity.LearningRate) is null && OfStep(peak, optimizer.Name) is { } warning)
            warnings.Add(place, $"{ScheduledQuantity.LearningRate.Key} is {peak:G6} at step {step}: {warning}");
    }

    private static (long Step, double Peak) PeakOf(Schedule schedule, long totalSteps)
    {
        long last = Math.Max(0, totalSteps - 1), largest = 0;
        double peak = schedule.ValueAt(largest);
        for (int i = 1; i <= Samples; i++) Look((long)(last * (i / (double)Samples)));
        if (schedule is Sequence sequence)
            foreach (long begin in sequence.Begins)
                if (begin < totalSteps) Look(begin);
        return (largest, peak);

        // A plain loop: every command that reads a recipe comes here.
        void Look(long step)
        {
            if (schedule.ValueAt(step) is var value && value > peak) (largest, peak) = (step, value);
        }
    }

    /// <summary>What to say of a number of another size than any recipe has, wherever it was given; null for a usual one.</summary>
    public static string? OfSize(double value, ScheduledQuantity quantity) =>
        quantity == ScheduledQuantity.LearningRate && value > LargestUsualRate
            ? "a rate above 10 is hardly ever meant; check its decimal point, or look for a usable rate with etalon find-lr"
        : quantity == ScheduledQuantity.WeightDecay && value > LargestUsualDecay
            ? "a weight decay above 1 is hardly ever meant; check its decimal point: 5e-4 is the usual one"
        : null;

    /// <summary>What to say of a rate of an optimizer whose updates are as large as it, with a remedy; null for a usual one.</summary>
    public static string? OfStep(double rate, string optimizer) =>
        DoubtOfStep(rate, optimizer) is { } doubt ? $"{doubt}; check its decimal point" : null;

    /// <summary>The same as a clause, without the remedy.</summary>
    public static string? DoubtOfStep(double rate, string optimizer) => rate > LargestUsualStep
        ? $"updates of {optimizer} are as large as the rate, and published recipes have 1e-5 to 0.02" : null;

    /// <summary>A warm-up that lasts as long as the run, or longer.</summary>
    public static void OfWarmup(Schedule piece, long left, SourceLocation place, string path, RecipeWarnings warnings)
    {
        var length = piece switch
        {
            Warmup warmup => warmup.Length.GetValueOrDefault(),
            WarmupStableDecay plateau => plateau.WarmupLength,
            _ => 0,
        };
        if (length > 0 && length >= left)
            warnings.Add(place,
                $"{path} warms up for {length} steps, and the run has {left} from there: it ends in its warm-up; shorten the warm-up, or "
                + $"give a longer duration");
    }

    /// <summary>A jump by more than a decade from one piece to the next.</summary>
    public static void OfJump(Schedule before, Schedule after, SourceLocation place, string path, RecipeWarnings warnings)
    {
        if (before.Length is not > 0 || after.Length is 0) return;
        // A ramp's last update has not arrived yet; what it goes to counts.
        var (end, begin) = (before.ValueAt(before.Length.Value), after.ValueAt(0));
        if (!(end > 0 && begin > 0)) return;
        var jump = Math.Max(begin / end, end / begin);
        var isRamp = before is Warmup || (before is Linear ramp && ramp.From < ramp.To);
        if (jump >= (isRamp ? LargestJumpAfterRamp : LargestJump))
            warnings.Add(place,
                $"{path} begins at {begin:G6} where the piece before it ends at {end:G6}, {jump:G3} times "
                + $"{(begin > end ? "less" : "more")}: is a decimal point misplaced? Write the same number in both, or a ramp between");
    }

    /// <summary>Milestones that change the rate by more than a decade each.</summary>
    public static void OfFactor(Steps steps, SourceLocation place, string path, RecipeWarnings warnings)
    {
        double jump = Math.Max(steps.Factor, 1 / steps.Factor);
        if (steps.At.Count > 0 && steps.Factor > 0 && jump >= LargestJump)
            warnings.Add(place,
                $"{path} makes it {jump:G3} times {(steps.Factor > 1 ? "more" : "less")} at each milestone: is a decimal point misplaced? "
                + "The usual factor is 0.1");
    }

    private static bool Grows(Schedule schedule) => schedule switch
    {
        Exponential piece => piece.Factor > 1,
        Table table => table.Logarithmic,
        Scaled scaled => scaled.LogFactor != 0 || Grows(scaled.Of),
        Sequence sequence => sequence.Pieces.Any(Grows),
        Repeated repeated => Grows(repeated.Of),
        Stretched stretched => Grows(stretched.Of),
        _ => false,
    };
}
