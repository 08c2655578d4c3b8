using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Pieces in words, and their values as worked formulas.</summary>
internal static class PieceWords
{
    /// <summary>What a piece does: "linear from 0 to 0.1".</summary>
    public static string Of(Schedule piece) => piece switch
    {
        Constant p => $"constant {p.Value:G6}",
        Warmup p => $"warmup to {p.Peak:G6}",
        Linear p => $"linear from {p.From:G6} to {p.To:G6}",
        Cosine p => $"cosine from {p.From:G6} to {p.To:G6}",
        Polynomial p => $"polynomial from {p.From:G6} to {p.To:G6}, power {p.Power:G6}",
        Exponential p => $"exponential from {p.From:G6}, times {p.Factor:G6} every {p.Every:G6} steps",
        Steps p => $"steps from {p.Start:G6}, times {p.Factor:G6} at each milestone",
        InverseSqrt p => $"inverse square root from {p.Peak:G6}",
        Restarts p => $"cosine restarts from {p.From:G6} to {p.To:G6}",
        Triangular p => $"triangular between {p.Low:G6} and {p.High:G6}",
        OneCycle p => $"one cycle {p.Initial:G6}, {p.Peak:G6}, {p.Final:G6}",
        WarmupStableDecay p => $"warm-up, plateau at {p.Peak:G6}, decay to {p.To:G6}",
        Table p => $"table of {p.Values.Count} values",
        Scaled p => p.LogFactor == 0 ? $"{p.Factor:G6} times a schedule" : $"{p.Factor:G6} e^{p.LogFactor:G6} times a schedule",
        Repeated p => $"repetition of {p.Of.Length} steps",
        Stretched p => $"stretched {p.Factor:G6} times",
        _ => piece.GetType().Name,
    };

    /// <summary>The formula of a piece with the numbers of one step put in.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="t">The step, counted from the piece's begin.</param>
    public static string Why(Schedule piece, long t) => piece switch
    {
        Constant => "the piece is constant",
        Warmup p => $"{p.Peak:G6} · {WarmupFraction(p, t)}",
        Linear p => Ramp(t, p.Length, p.Inclusive, p.To, progress => $"{p.From:G6} + ({p.To:G6} - {p.From:G6}) · {progress}"),
        Cosine p => Ramp(t, p.Length, p.Inclusive, p.To, progress => $"{p.To:G6} + ({p.From:G6} - {p.To:G6}) · (1 + cos(π · {progress}))/2"),
        Polynomial p => Ramp(t, p.Length, p.Inclusive, p.To, progress => $"{p.To:G6} + ({p.From:G6} - {p.To:G6}) · (1 - {progress})^{p.Power:G6}"),
        Exponential p => $"{p.From:G6} · {p.Factor:G6}^({t}/{p.Every:G6})",
        Steps p => $"{p.Start:G6} · {p.Factor:G6}^{p.At.Count(at => t >= at)}: {p.At.Count(at => t >= at)} of {p.At.Count} milestones passed",
        InverseSqrt p => $"{p.Peak:G6} · √({p.Shift:G6} / ({t} + {p.Shift:G6}))",
        WarmupStableDecay p => Stable(p, t),
        Table p => $"row {Math.Min(t, p.Values.Count - 1) + 1} of {p.Values.Count}",
        _ => $"step {t} of the piece",
    };

    private static string Ramp(long t, long? length, bool isInclusive, double to, Func<string, string> formula)
    {
        var span = length.GetValueOrDefault() - (isInclusive ? 1 : 0);
        return t < span ? formula($"{t}/{span}") : $"the ramp has arrived at {to:G6}";
    }

    private static string WarmupFraction(Warmup piece, long t) => t >= piece.Length ? "1" : piece.Convention switch
    {
        WarmupConvention.Between => $"({t} + 1)/({piece.Length} + 1)",
        WarmupConvention.EndAtPeak => $"({t} + 1)/{piece.Length}",
        _ => $"{t}/{piece.Length}",
    };

    private static string Stable(WarmupStableDecay piece, long t)
    {
        var decayBegin = piece.WarmupLength + piece.StableLength;
        if (t < piece.WarmupLength) return $"warm-up, {Why(new Warmup(piece.Peak, piece.WarmupLength, piece.Convention), t)}";
        return t < decayBegin ? "plateau" : $"decay, step {t - decayBegin} of {piece.DecayLength}, {piece.Shape.ToString().ToLowerInvariant()}";
    }
}
