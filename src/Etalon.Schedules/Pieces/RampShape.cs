namespace Etalon.Schedules;

/// <summary>How a ramp inside a larger piece goes from <c>a</c> to <c>b</c>, as a function of its progress <c>p</c> from 0 to 1.</summary>
public enum RampShape
{
    /// <summary><c>a + (b - a) p</c>.</summary>
    Linear,

    /// <summary><c>b + (a - b)(1 + cos(π p))/2</c>.</summary>
    Cosine,

    /// <summary><c>a + (b - a)√p</c>: the "1 - sqrt" cool-down of Hägele et al. 2024.</summary>
    Sqrt,
}
