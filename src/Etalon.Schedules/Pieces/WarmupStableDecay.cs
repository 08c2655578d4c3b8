using System.Text.Json.Serialization;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Warm-up, a long plateau at the peak, and a decay at the end: a plateau can be branched into decays of any length.</summary>
/// <remarks>
/// A <see cref="Warmup"/> of <see cref="WarmupLength"/> steps, <see cref="Peak"/> for <see cref="StableLength"/> steps, then down to
/// <see cref="To"/> in <see cref="DecayLength"/> steps, where <c>To</c> would be the value of the first step past the end.
/// Hu et al. 2024, <i>MiniCPM</i>; Hägele et al. 2024, <i>Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations</i>.
/// </remarks>
/// <example>
/// <code>
/// var rate = new WarmupStableDecay(peak: 1, warmupLength: 3, stableLength: 80, decayLength: 20);
/// Console.WriteLine(rate.ValueAt(0)); // 0.25
/// Console.WriteLine(rate.ValueAt(3)); // 1
/// Console.WriteLine(rate.ValueAt(93)); // 0.5
/// Console.WriteLine(rate.ValueAt(103)); // 0, and so past the end
/// </code>
/// </example>
public sealed record WarmupStableDecay : Schedule
{
    private readonly Warmup _warmup;
    private readonly double _decayBegin;

    /// <summary>Goes up to <paramref name="peak"/>, stays, and goes down to <paramref name="to"/>.</summary>
    /// <exception cref="ArgumentException">A value is not finite or a length is negative.</exception>
    public WarmupStableDecay(
        double peak, long warmupLength, long stableLength, long decayLength, double to = 0,
        RampShape shape = RampShape.Linear, WarmupConvention convention = WarmupConvention.Between)
    {
        _warmup = new Warmup(peak, Require.Length(warmupLength), convention);
        StableLength = Require.Length(stableLength);
        DecayLength = Require.Length(decayLength);
        To = Require.Value(to);
        Shape = Require.Named(shape);
        Length = Require.Length(warmupLength + stableLength + decayLength);
        _decayBegin = warmupLength + stableLength;
    }

    /// <summary>The value of the plateau.</summary>
    public double Peak => _warmup.Peak;

    /// <summary>The steps of the warm-up; at least 0.</summary>
    public long WarmupLength => _warmup.Length.GetValueOrDefault();

    /// <summary>The steps of the plateau; at least 0.</summary>
    public long StableLength { get; }

    /// <summary>The steps of the decay; at least 0.</summary>
    public long DecayLength { get; }

    /// <summary>The value that the decay goes to and holds past the end. Default: 0.</summary>
    public double To { get; }

    /// <summary>How the decay goes down. Default: linear.</summary>
    public RampShape Shape { get; }

    /// <summary>Which fraction of the peak each step of the warm-up has. Default: <see cref="WarmupConvention.Between"/>.</summary>
    public WarmupConvention Convention => _warmup.Convention;

    /// <summary>The sum of the three lengths.</summary>
    [JsonIgnore]
    public override long? Length { get; }

    internal override double Evaluate(double time)
    {
        if (time < _decayBegin) return _warmup.Evaluate(time);
        var decayed = time - _decayBegin;
        return decayed < DecayLength ? Ramp.Between(Peak, To, decayed / DecayLength, Shape) : To;
    }

    internal override Schedule ScaledBy(double factor) =>
        new WarmupStableDecay(Rounded(Peak * factor), WarmupLength, StableLength, DecayLength, Rounded(To * factor), Shape, Convention);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) =>
        [new(WarmupLength, "plateau begins"), new(WarmupLength + StableLength, "decay begins"), new(Length.GetValueOrDefault())];

    internal override string InWords() => $"warm-up, plateau at {Peak:G6}, decay to {To:G6}";

    internal override string FormulaAt(long step)
    {
        if (step < WarmupLength) return $"warm-up, {_warmup.FormulaAt(step)}";
        var decayBegin = WarmupLength + StableLength;
        return step < decayBegin ? "plateau" : $"decay, step {step - decayBegin} of {DecayLength}, {Shape.ToString().ToLowerInvariant()}";
    }

    internal override Formula ToFormula(FormulaTarget target)
    {
        var cases = new List<(Condition, Formula)>();
        if (WarmupLength > 0) cases.Add((Formula.Before(WarmupLength), _warmup.WayUp()));
        if (StableLength > 0) cases.Add((Formula.Before(_decayBegin), Peak));
        var progress = Formula.Since(_decayBegin) / Formula.Steps(DecayLength);
        if (DecayLength > 0) cases.Add((Formula.Before(_decayBegin + DecayLength), Ramp.ToFormula(Peak, To, progress, Shape)));
        return new Formula.Choice(cases, To);
    }
}
