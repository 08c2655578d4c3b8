using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>The first steps at which a converted run leaves a number format, unless it re-centres; null where it never does.</summary>
/// <param name="Format"><c>float16</c>, <c>float32</c> or <c>float64</c>.</param>
/// <param name="LogLargest">ln of the largest number of the format.</param>
/// <param name="Rate">The first update whose rate is too large.</param>
/// <param name="Weights">The first update that finds weights too large whose norm in the source run is 1.</param>
/// <param name="SquaredWeights">The first update that finds too large a square of that norm: norms and variances overflow before the
/// weights do.</param>
public sealed record FormatRange(string Format, double LogLargest, long? Rate = null, long? Weights = null, long? SquaredWeights = null)
{
    internal static IReadOnlyList<FormatRange> Known { get; } =
    [
        new("float16", Elementary.Log((double)Half.MaxValue)),
        new("float32", Elementary.Log(float.MaxValue)),
        new("float64", Elementary.Log(double.MaxValue)),
    ];

    internal FormatRange Of(Conversion conversion) => this with
    {
        Rate = First(conversion.Target, step => conversion.Target[step].LogRate),
        Weights = First(conversion.Target, conversion.LogScaleAt),
        SquaredWeights = First(conversion.Target, step => 2 * conversion.LogScaleAt(step)),
    };

    private long? First(UpdateTable table, Func<long, double> log)
    {
        for (var step = table.FirstStep; step < table.End; step++)
            if (log(step) > LogLargest) return step;
        return null;
    }

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(FormatRange), PrintMembers);
}
