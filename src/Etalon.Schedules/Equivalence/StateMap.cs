using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>
/// How weights w and buffer v of one run give those of an equivalent one, before some update: <c>w~ = P w</c>,
/// <c>v~ = (r/P)(v - k w)</c>. The default changes nothing.
/// </summary>
/// <param name="LogScale">The log scale ln P.</param>
/// <param name="Share">k, the share of the weights that leaves the buffer.</param>
/// <param name="LogBuffer">ln r: 0 except where the equivalent run has another momentum (Nesterov, decoupled decay).</param>
public readonly record struct StateMap(double LogScale, SignedLog Share, double LogBuffer)
{
    /// <summary>
    /// What <see cref="LogScale"/> lost to rounding. Growth is nearly the same at every step, so its roundings do not cancel but add up:
    /// without this, to 8e-9 over a million steps.
    /// </summary>
    internal double Rest { get; init; }

    /// <summary>Only the scale: <c>w~ = P w</c>, <c>v~ = v/P</c>.</summary>
    public static StateMap OfScale(double logScale) => new(logScale, default, 0);

    /// <summary>The map after a step in which ln P grows by <paramref name="logGrowth"/>.</summary>
    internal StateMap Grow(double logGrowth, SignedLog share, double logBuffer)
    {
        var added = logGrowth + Rest;
        var sum = LogScale + added;
        // Knuth's exact error of a sum.
        var part = sum - LogScale;
        return new(sum, share, logBuffer) { Rest = LogScale - (sum - part) + (added - part) };
    }

    /// <summary>The way back, as used to export a checkpoint of the equivalent run: <c>w = w~/P</c>, <c>v = (P/r) v~ + k w</c>.</summary>
    public StateMap Inverse() => new(-LogScale, -(Share * SignedLog.Exp(LogBuffer - 2 * LogScale)), -LogBuffer);

    /// <summary>First this map, then another.</summary>
    public StateMap Then(StateMap next) =>
        new(LogScale + next.LogScale, Share + next.Share * SignedLog.Exp(2 * LogScale - LogBuffer),
            LogBuffer + next.LogBuffer)
        { Rest = Rest + next.Rest };

    /// <summary>Maps one weight and its place in the buffer.</summary>
    /// <remarks>Finite only while P, r/P and k are within float64; a trainer that re-centres combines the logarithms first.</remarks>
    public (double Weight, double Buffer) Apply(double weight, double buffer) =>
        (Elementary.Exp(LogScale) * weight, Elementary.Exp(LogBuffer - LogScale) * (buffer - Share.Value * weight));

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(StateMap), PrintMembers);
}
