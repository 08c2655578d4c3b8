using Etalon.Lab.Conversions;

namespace Etalon.Lab.Planning;

/// <summary>Something that happens to a schedule at a step: a piece begins, a milestone comes, a peak is reached.</summary>
/// <param name="Step">The first update that uses the new value.</param>
/// <param name="What">What happens, in words.</param>
/// <param name="Value">The value from there; not a number for what never comes.</param>
public sealed record ScheduleEvent(long Step, string What, double Value)
{
    /// <summary>ln of the value, where it may leave float64.</summary>
    public double? LogValue { get; init; }

    /// <summary>The value in six digits, as a power of ten where float64 does not hold it, or a dash.</summary>
    internal string Text => LogValue > PlannedQuantity.LargestLog ? Magnitude.Text(LogValue.Value) : double.IsNaN(Value) ? "-" : $"{Value:G6}";
}
