using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>What the pieces that go from one value to another share.</summary>
internal static class Ramp
{
    /// <summary>The step at which the ramp has arrived.</summary>
    public static double Span(long? length, bool inclusive) => Math.Max(0, length.GetValueOrDefault() - (inclusive ? 1 : 0));

    /// <summary>(1 + cos(π p))/2 as a formula.</summary>
    public static Formula CosineRemainder(Formula progress) => 0.5 * (1.0 + new Formula.Call("cos", Formula.Pi * progress));

    /// <summary>The value at a progress from 0 to 1 between two values as a formula.</summary>
    public static Formula ToFormula(double from, double to, Formula progress, RampShape shape) => shape switch
    {
        RampShape.Linear => Formula.Sum(from, to - from, progress),
        RampShape.Cosine => Formula.Sum(to, from - to, CosineRemainder(progress)),
        _ => Formula.Sum(from, to - from, Formula.Sqrt(progress)),
    };

    /// <summary>The formula of a ramp with the progress of one step put in.</summary>
    public static string FormulaAt(long step, double span, double to, Func<string, string> formula) =>
        step < span ? formula($"{step}/{(long)span}") : $"the ramp has arrived at {to:G6}";

    /// <summary>(1 + cos(π p))/2: from 1 at p = 0 down to 0 at p = 1.</summary>
    public static double CosineRemainder(double progress) => 0.5 * (1 + Elementary.Cos(Math.PI * progress));

    /// <summary>The value at a progress p from 0 to 1 between two values.</summary>
    public static double Between(double from, double to, double progress, RampShape shape) => progress >= 1 ? to : shape switch
    {
        RampShape.Linear => from + (to - from) * progress,
        RampShape.Cosine => to + (from - to) * CosineRemainder(progress),
        _ => from + (to - from) * Math.Sqrt(progress),
    };
}

/// <summary>How a ramp inside a larger piece goes from <c>a</c> to <c>b</c>, as a function of its progress <c>p</c> from 0 to 1.</summary>
/// <example>
/// <code>
/// double AtAQuarter(RampShape shape) =&gt; new WarmupStableDecay(1, 0, 0, decayLength: 4, shape: shape).ValueAt(1);
/// Console.WriteLine(AtAQuarter(RampShape.Linear)); // 0.75
/// Console.WriteLine(AtAQuarter(RampShape.Sqrt)); // 0.5
/// Console.WriteLine($"{AtAQuarter(RampShape.Cosine):F4}"); // 0.8536
/// </code>
/// </example>
public enum RampShape
{
    /// <summary><c>a + (b - a) p</c>.</summary>
    Linear,

    /// <summary><c>b + (a - b)(1 + cos(π p))/2</c>.</summary>
    Cosine,

    /// <summary><c>a + (b - a)√p</c>: the "1 - sqrt" cool-down of Hägele et al. 2024.</summary>
    Sqrt,
}
