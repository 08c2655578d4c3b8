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
    /// <summary>Only the scale: <c>w~ = P w</c>, <c>v~ = v/P</c>.</summary>
    public static StateMap OfScale(double logScale) => new(logScale, default, 0);

    /// <summary>The way back, as used to export a checkpoint of the equivalent run: <c>w = w~/P</c>, <c>v = (P/r) v~ + k w</c>.</summary>
    public StateMap Inverse() => new(-LogScale, -(Share * SignedLog.Exp(LogBuffer - 2 * LogScale)), -LogBuffer);

    /// <summary>First this map, then another.</summary>
    public StateMap Then(StateMap next) =>
        new(LogScale + next.LogScale, Share + next.Share * SignedLog.Exp(2 * LogScale - LogBuffer), LogBuffer + next.LogBuffer);

    /// <summary>Maps one weight and its place in the buffer.</summary>
    /// <remarks>Finite only while P, r/P and k are within float64; a trainer that re-centres combines the logarithms first.</remarks>
    public (double Weight, double Buffer) Apply(double weight, double buffer) =>
        (Math.Exp(LogScale) * weight, Math.Exp(LogBuffer - LogScale) * (buffer - Share.Value * weight));
}
