using System.Numerics;
using Etalon.Lab.Charts;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Numerics;

namespace Etalon.Lab.RangeTests;

/// <summary>
/// A learning-rate range test (L. N. Smith, "Cyclical learning rates for training neural networks", 2017) over several seeds: the interval
/// of rates that each of them finds usable.
/// </summary>
/// <remarks>
/// Each seed trains a network of its own from its own start while the rate rises exponentially. The networks are dropped: no run, and no
/// folder, ever sees them. The result depends on the recipe, the data and the options alone, not on the number of threads. How the interval
/// is read from the losses: docs/find-lr.md.
/// </remarks>
public sealed class RateRangeTest
{
    internal RateRangeTest(Recipe recipe, RateTestOptions options, double peak, IReadOnlyList<RateCurve> curves,
        IReadOnlyList<AdaptiveRate> others)
    {
        (Recipe, Options, Peak, Curves, Others) = (recipe, options, peak, curves, others);
        Problems = [.. curves.Where(curve => curve.Reading.Problem is not null).GroupBy(curve => curve.Reading.Problem)
            .Select(same => $"seed{(same.Count() > 1 ? "s" : "")} {string.Join(", ", same.Select(curve => $"{curve.Seed}"))}: {same.Key}")];
        if (Problems.Count > 0) return;
        var common = new RateInterval(curves.Max(curve => curve.Reading.Interval!.Value.Lower),
            curves.Min(curve => curve.Reading.Interval!.Value.Upper));
        if (common.Lower <= common.Upper) Interval = common;
        else Problems =
            [$"the seeds have no rate in common: one needs {RateText.Of(common.Lower, 3)} at least, another "
                + $"{RateText.Of(common.Upper, 3)} at most; give more --updates, or a larger data.batch"];
    }

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>How it was tested.</summary>
    public RateTestOptions Options { get; }

    /// <summary>The largest rate of the recipe.</summary>
    public double Peak { get; }

    /// <summary>The tests, one for each seed.</summary>
    public IReadOnlyList<RateCurve> Curves { get; }

    /// <summary>Whether there are effective rates: whether weights are scale-invariant.</summary>
    internal bool HasEffectiveRates => Curves.Any(curve => curve.EffectiveRates is not null);

    /// <summary>What WNGrad and DoG find by themselves; none where the recipe's rule is not SGD, whose rates theirs are.</summary>
    public IReadOnlyList<AdaptiveRate> Others { get; }

    /// <summary>The rates that every seed finds usable; null where there are none.</summary>
    public RateInterval? Interval { get; }

    /// <summary>
    /// The rate to use: the geometric middle of <see cref="Interval"/>, to two digits, which is more than a test can tell; to more where it
    /// is so narrow that two would leave it.
    /// </summary>
    public double? Rate => Interval?.RoundMiddle;

    /// <summary>Why there is no interval; empty where there is.</summary>
    public IReadOnlyList<string> Problems { get; }

    /// <summary>
    /// The effective rate of the scale-invariant weights when the tests came to a rate, the geometric mean over the seeds; null where there
    /// is none.
    /// </summary>
    public double? EffectiveRateAt(double rate)
    {
        double[] ofSeeds = [.. Curves.Select(curve => curve.EffectiveRateAt(rate)).OfType<double>()];
        return ofSeeds.Length == Curves.Count ? Elementary.Exp(ofSeeds.Average(Elementary.Log)) : null;
    }

    /// <summary>How many short runs there can be at a time: all of them, or those whose memory fits in this machine.</summary>
    /// <exception cref="InputException">Options or recipe are out of range.</exception>
    public static int MostAtATime(Recipe recipe, RateTestOptions options)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        return MostAtATime(new TestedRecipe(recipe, options), options, RunMemory.Available);
    }

    internal static int MostAtATime(TestedRecipe tested, RateTestOptions options, long available) =>
        Math.Min(options.Seeds + tested.SelfSetting, tested.Largest.Min(recipe => RunMemory.FittingAtATime(recipe, available)));

    /// <summary>Tests a recipe.</summary>
    /// <param name="recipe">A recipe with data and a model.</param>
    /// <param name="options">How to test it.</param>
    /// <param name="threads">Short runs at a time, each on a thread of its own; fewer where their memory does not fit.</param>
    /// <param name="progress">Hears of each network that is done: how many are, and of how many.</param>
    /// <param name="cancellation">Ends the test after the updates at work.</param>
    /// <exception cref="InputException">Options or recipe are out of range, or recipe and data do not fit.</exception>
    /// <exception cref="OperationCanceledException">The test was canceled.</exception>
    public static RateRangeTest Run(Recipe recipe, RateTestOptions options, int threads, Action<int, int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(options);
        var tested = new TestedRecipe(recipe, options);
        var data = RecipeData.Load(recipe.Data!);
        return recipe.Precision == Precision.Float64
            ? Run<double>(recipe, options, tested, data, threads, progress, cancellation)
            : Run<float>(recipe, options, tested, data, threads, progress, cancellation);
    }

    private static RateRangeTest Run<T>(Recipe recipe, RateTestOptions options, TestedRecipe tested, DataSet data, int threads,
        Action<int, int>? progress, CancellationToken cancellation)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var curves = new RateCurve[options.Seeds];
        var others = new AdaptiveRate[tested.SelfSetting];
        List<Action> runs = [.. Enumerable.Range(0, curves.Length)
            .Select(seed => (Action)(() => curves[seed] = RateSweep<T>.Rise(tested.Rising(seed), data, cancellation)))];
        if (others.Length > 0)
        {
            runs.Add(() => others[0] = RateSweep<T>.Settle("WNGrad", tested.WithWnGrad(), data, tested.RateOf, cancellation));
            runs.Add(() => others[1] = RateSweep<T>.Settle("DoG", tested.WithDog(), data, tested.RateOf, cancellation));
        }
        int done = 0;
        var telling = new Lock();
        ParallelRuns.ForEach(runs, Math.Min(threads, MostAtATime(tested, options, RunMemory.Available)), run =>
        {
            run();
            lock (telling) progress?.Invoke(++done, runs.Count);
        }, cancellation);
        return new RateRangeTest(recipe, options, tested.Peak, curves, others);
    }
}

/// <summary>What ended a range test.</summary>
public enum RateTestEnd
{
    /// <summary>It came to the largest rate.</summary>
    LargestRate,

    /// <summary>The loss was twice the first one.</summary>
    LossRose,

    /// <summary>A loss or a gradient was not finite.</summary>
    NotFinite,
}
