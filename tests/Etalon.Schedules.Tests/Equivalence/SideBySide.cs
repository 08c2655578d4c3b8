using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>Runs source and target of a conversion on the same losses.</summary>
internal static class SideBySide
{
    /// <summary>
    /// float64 keeps 1.1e-16 of a number; 240 steps, each of some tens of operations and each passing on the errors before it nearly
    /// unchanged, can add up to some 1e-13. Measured: at most 5e-15. The exact figures are 1e-68 and below, in 70 digits.
    /// </summary>
    public const double Exact = 1e-12;

    /// <summary>A schedule that lacks its decay is another run: the control every comparison must be able to fail.</summary>
    public const double Different = 1e-2;

    public static readonly SphereLoss Loss = new(20190701);

    /// <summary>
    /// Both runs have the same directions at every step; and, or else that would say little, the source with its decay merely dropped, or
    /// exchanged for the target's, does not.
    /// </summary>
    public static void AssertSame(Conversion conversion, bool withBuffer = false)
    {
        Assert.InRange(Distance(conversion, withBuffer: withBuffer), 0, Exact);
        var exchanged = conversion.Source.WithDecay(step => conversion.Target[step].WeightDecay);
        Assert.True(Distance(From(Loss, withBuffer), conversion.Source, From(Loss, withBuffer), exchanged, []) > Different);
    }

    /// <summary>The largest distance, over all steps, between the directions of the two runs.</summary>
    public static double Distance(Conversion conversion, SphereLoss? loss = null, bool withBuffer = false)
    {
        loss ??= Loss;
        var source = From(loss, withBuffer);
        var target = From(loss, withBuffer);
        // A run that goes on from a checkpoint finds the state converted already; corrections bring a fresh one there.
        if (conversion.Corrections.Count == 0 && conversion.RateError == 0) target.Apply(conversion.StateAt(conversion.Source.FirstStep));
        return Distance(source, conversion.Source, target, conversion.Target, conversion.Corrections);
    }

    /// <summary>The distance between a schedule and the one with its decay merely dropped.</summary>
    public static double Control(UpdateTable source, SphereLoss? loss = null)
    {
        loss ??= Loss;
        var dropped = new UpdateTable(source.Rule, source.Steps.ToArray().Select(step => step with { WeightDecay = 0 }), source.FirstStep);
        return Distance(From(loss), source, From(loss), dropped, []);
    }

    public static double Distance(Simulation source, UpdateTable sourceTable, Simulation target, UpdateTable targetTable,
        IReadOnlyList<StateCorrection> corrections)
    {
        var directions = new List<double[]>();
        source.Run(sourceTable, [], _ => directions.Add(source.Direction));
        var largest = 0.0;
        target.Run(targetTable, corrections, step =>
        {
            var (a, b) = (directions[(int)(step - targetTable.FirstStep)], target.Direction);
            largest = Math.Max(largest, SphereLoss.Norm([.. a.Zip(b, (x, y) => x - y)]));
        });
        return double.IsNaN(largest) ? double.PositiveInfinity : largest;
    }

    public static Simulation From(SphereLoss loss, bool withBuffer = false)
    {
        var start = loss.Start();
        return new(loss, start, [.. start.Select((w, i) => withBuffer ? 0.3 * w + Math.Sin(i) : 0)]);
    }
}
