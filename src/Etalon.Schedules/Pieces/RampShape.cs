namespace Etalon.Schedules;

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
