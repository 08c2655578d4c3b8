using Etalon.Numerics;

namespace Etalon.Lab.LoggedSchedules;

/// <summary>How a rate falls from a top to a low: rate = low + (top - low) · shape of the share of the way, 1 at 0 and 0 at 1.</summary>
/// <param name="Name">As recipes write it.</param>
/// <param name="Power">That of what remains; 1 but for a polynomial.</param>
internal sealed record FallShape(string Name, double Power = 1)
{
    /// <summary>A straight line.</summary>
    public static FallShape Line { get; } = new("linear");

    /// <summary>Half a cosine.</summary>
    public static FallShape Cosine { get; } = new("cosine");

    /// <summary>1 - √share, as a decay after a plateau may fall.</summary>
    public static FallShape Root { get; } = new("sqrt");

    /// <summary>A power of what remains.</summary>
    public static FallShape PowerOf(double power) => new("polynomial", power);

    /// <summary>What of the way from low to top remains.</summary>
    /// <param name="share">The share of the time that has passed.</param>
    public double At(double share) => Name switch
    {
        "linear" => 1 - share,
        "sqrt" => 1 - Math.Sqrt(Math.Clamp(share, 0, 1)),
        "polynomial" => Elementary.Pow(Math.Max(0, 1 - share), Power),
        _ => (1 + Elementary.Cos(Math.PI * share)) / 2,
    };
}
