using System.Globalization;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.RangeTests;

/// <summary>Multiplies a schedule by a factor piece by piece, so that its recipe still says in plain numbers what it does.</summary>
internal static class RateScaling
{
    /// <summary>A rate in twelve digits.</summary>
    public static string Text(double rate) => rate.ToString("G12", CultureInfo.InvariantCulture);

    /// <summary>The schedule times <paramref name="factor"/>; numbers are rounded to twelve digits, so that 0.1 times 0.57 is 0.057.</summary>
    public static Schedule Of(Schedule schedule, double factor)
    {
        double Times(double value) => double.Parse(Text(value * factor), CultureInfo.InvariantCulture);
        return schedule switch
        {
            Constant p => new Constant(Times(p.Value), p.Length),
            Warmup p => new Warmup(Times(p.Peak), p.Length, p.Convention),
            Linear p => new Linear(Times(p.From), Times(p.To), p.Length, p.Inclusive),
            Cosine p => new Cosine(Times(p.From), Times(p.To), p.Length, p.Inclusive),
            Polynomial p => new Polynomial(Times(p.From), Times(p.To), p.Length, p.Power, p.Inclusive),
            Exponential p => new Exponential(Times(p.From), p.Factor, p.Every, p.Length),
            Steps p => new Steps(Times(p.Start), p.At, p.Factor, p.Length),
            InverseSqrt p => new InverseSqrt(Times(p.Peak), p.Shift, p.Length),
            Restarts p => new Restarts(Times(p.From), Times(p.To), p.Period, p.Growth, p.PeakDecay, p.Length),
            Triangular p => new Triangular(Times(p.Low), Times(p.High), p.Period, p.Decay, p.Length),
            OneCycle p => new OneCycle(Times(p.Initial), Times(p.Peak), Times(p.Final), p.Length, p.Rise, p.Shape, p.ThreePhase),
            WarmupStableDecay p => new WarmupStableDecay(Times(p.Peak), p.WarmupLength, p.StableLength, p.DecayLength, Times(p.To), p.Shape, p.Convention),
            Table { Logarithmic: true } p => new Table([.. p.Values.Select(value => value + Elementary.Log(factor))], logarithmic: true),
            Table p => new Table([.. p.Values.Select(Times)]),
            Sequence p => new Sequence([.. p.Pieces.Select(piece => Of(piece, factor))]),
            Repeated p => new Repeated(Of(p.Of, factor), p.Times),
            Stretched p => new Stretched(Of(p.Of, factor), p.Factor),
            Scaled p => new Scaled(Of(p.Of, factor), p.Factor, p.LogFactor),
            _ => throw new NotSupportedException($"a {schedule.GetType().Name} cannot be scaled"),
        };
    }
}
