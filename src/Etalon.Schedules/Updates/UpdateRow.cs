using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules;

/// <summary>The numbers of one update.</summary>
/// <param name="LogRate">ln η; negative infinity for a rate of 0. A rate may leave the range of float64, its logarithm does not.</param>
/// <param name="WeightDecay">λ; unlike in a <see cref="UpdateSchedule"/> it may be negative.</param>
/// <param name="Momentum">μ, at least 0.</param>
/// <param name="LookAhead">ν, how far a Nesterov update looks along the buffer: <c>w ← w - η (d + ν v)</c>. PyTorch's ν is μ. Not used, and
/// 0, elsewhere.</param>
/// <example>
/// <code>
/// var row = new UpdateRow(LogRate: double.NegativeInfinity, WeightDecay: 5e-4, Momentum: 0.9, LookAhead: 0);
/// Console.WriteLine(row.Rate); // 0
/// Console.WriteLine(row.IntrinsicRate); // 0
/// </code>
/// </example>
public readonly record struct UpdateRow(double LogRate, double WeightDecay, double Momentum, double LookAhead)
{
    /// <summary>η; infinite where float64 cannot hold it.</summary>
    public double Rate => Elementary.Exp(LogRate);

    /// <summary>The intrinsic rate η λ, formed so that it is finite even where η is not.</summary>
    public double IntrinsicRate => (SignedLog.Exp(LogRate) * SignedLog.Of(WeightDecay)).Value;

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(UpdateRow), PrintMembers);
}
