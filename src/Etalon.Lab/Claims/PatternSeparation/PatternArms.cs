using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.PatternSeparation;

/// <summary>
/// The settings of <see cref="PatternSeparationExperiment"/>, with the figures that an implementation in NumPy gave: one seed where easy,
/// the mean of three where hard.
/// </summary>
internal static class PatternArms
{
    public const string EasyDecayed = "easy-decayed", EasySmall = "easy-0.01", HardDecayedLate = "hard-decayed-late",
        HardSmall = "hard-0.01", EasyLarge = "easy-1", HardMedium = "hard-0.1", HardDecayed = "hard-decayed";

    // The figure has two digits only.
    private const double TwoDigits = 0.005;

    /// <summary>The arms; the four that the checks read come first.</summary>
    /// <param name="recipe">The recipe at σ 0.5 with a fifth of the images noisy.</param>
    public static IReadOnlyList<ExperimentArm> From(Recipe recipe) =>
    [
        Easy(recipe, EasyDecayed, "1, 0.1, 0.01 (20 + 10 + 10)", recipe.RateFalling(1, 20, 30), [
            .. Points(20, 0.995, 0.712, 0.382), .. Points(21, 1, 0.817, 0.473), .. Points(30, 1, 0.922, 0.835),
            .. Points(40, 1, 0.925, 0.870)]),
        Hard(recipe, HardDecayedLate, "1, 0.1, 0.01 (30 + 5 + 5)", recipe.RateFalling(1, 30, 35), [
            .. Points(30, 0.976, 0.369, 0.292, 0.009, 0.015), .. Points(31, 0.995, 0.430, 0.370, 0.018, 0.019),
            .. Points(40, 0.994, 0.512, 0.557, 0.010, 0.044)]),
        Easy(recipe, EasySmall, "constant 0.01", new Constant(0.01), [.. Points(20, 1, 0.882, 1), .. Points(40, 1, 0.905, 1)]),
        Hard(recipe, HardSmall, "constant 0.01", new Constant(0.01), [.. Points(40, 0.972, 0.448, 1, 0.013)]),
        Easy(recipe, EasyLarge, "constant 1", new Constant(1), [.. Points(20, 0.995, 0.712, 0.382), .. Points(40, 0.991, 0.707, 0.345)]),
        Easy(recipe, "easy-0.3", "constant 0.3", new Constant(0.3),
            [.. Points(20, 0.999, 0.872, 0.945), .. Points(40, 0.998, 0.886, 0.957)]),
        Easy(recipe, "easy-0.1", "constant 0.1", new Constant(0.1), [.. Points(20, 1, 0.958, 1), .. Points(40, 0.995, 0.933, 0.998)]),
        Easy(recipe, "easy-3", "constant 3", new Constant(3), []),
        Hard(recipe, HardDecayed, "1, 0.1, 0.01 (20 + 10 + 10)", recipe.RateFalling(1, 20, 30),
            [.. Points(40, 0.981, 0.511, 0.832, 0.010, 0.035)]),
        Hard(recipe, "hard-1", "constant 1", new Constant(1), [.. Points(40, 0.969, 0.368, 0.277, 0.031, 0.009)]),
        Hard(recipe, HardMedium, "constant 0.1", new Constant(0.1),
            [.. Points(20, 0.991, 0.568, 1, 0.010), .. Points(40, 0.977, 0.453, 0.936, 0.012)]),
        // A rate that falls by itself: for whoever wants to see whether it separates patterns too. No reference, no check.
        new("easy-wngrad", "σ 0.5, 20 % noisy: WNGrad, length 10",
            recipe with { Optimizer = new WnGradSpec { Options = new() { Length = 10 } } }),
        Hard(recipe, "hard-0.003", "constant 0.003", new Constant(0.003), [.. Points(40, 0.970, 0.399, 0.993, 0.012)]),
    ];

    private static ExperimentArm Easy(Recipe recipe, string name, string title, Schedule rate, IReadOnlyList<ReferencePoint> reference) =>
        new(name, $"σ 0.5, 20 % noisy: {title}", recipe with { LearningRate = rate }) { Reference = reference };

    private static ExperimentArm Hard(Recipe recipe, string name, string title, Schedule rate, IReadOnlyList<ReferencePoint> reference) =>
        new(name, $"σ 1, 30 % noisy: {title}", recipe with { LearningRate = rate, Data = Harder(recipe.Data) }) { Reference = reference };

    private static DataSpec? Harder(DataSpec? data) =>
        data is { Patterns: { } patterns } ? data with { Patterns = patterns with { Sigma = 1, Noise = 0.3 } } : data;

    private static IEnumerable<ReferencePoint> Points(int epoch, double simple, double complex, double noisy, double? ofComplex = null,
        double? ofNoisy = null) =>
        [Point(RunMetrics.Simple, epoch, simple, null), Point(RunMetrics.Complex, epoch, complex, ofComplex),
            Point(RunMetrics.Noisy, epoch, noisy, ofNoisy)];

    private static ReferencePoint Point(string metric, int epoch, double value, double? deviation) =>
        new(metric, epoch, value, deviation, value == 1 ? TwoDigits : 0.0005);
}
