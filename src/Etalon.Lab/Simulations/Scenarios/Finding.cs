using Etalon.Lab.Numerics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>A prediction beside its measurement.</summary>
/// <param name="Case">Of which run.</param>
/// <param name="Quantity">Of what.</param>
/// <param name="Predicted">What the theory says.</param>
/// <param name="Measured">What the replicas did.</param>
/// <param name="Allowed">The largest difference that counts as none: what the theory leaves out, and <see cref="StandardErrors"/> standard
/// errors.</param>
internal sealed record Finding(string Case, string Quantity, double Predicted, Estimate Measured, double Allowed)
{
    /// <summary>How many standard errors an agreement may be off: one of 370 is further off by chance.</summary>
    public const double StandardErrors = 3;

    /// <summary>Whether they agree.</summary>
    public bool Holds => Math.Abs(Measured.Value - Predicted) <= Allowed;

    /// <summary>A finding whose theory is good to a share of the predicted value.</summary>
    /// <param name="of">Of which run.</param>
    /// <param name="quantity">Of what.</param>
    /// <param name="predicted">What the theory says.</param>
    /// <param name="measured">What the replicas did.</param>
    /// <param name="share">What the theory leaves out, relative.</param>
    public static Finding Within(string of, string quantity, double predicted, Estimate measured, double share) =>
        new(of, quantity, predicted, measured, share * Math.Abs(predicted) + StandardErrors * measured.StandardError);
}
