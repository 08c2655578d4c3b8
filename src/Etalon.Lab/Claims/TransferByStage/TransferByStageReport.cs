using Etalon.Lab.Claims.Shared;
using Etalon.Lab.LinearProbes;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>What <see cref="TransferByStageExperiment"/> found.</summary>
public sealed record TransferByStageReport
{
    internal TransferByStageReport(IReadOnlyList<string> targets, IReadOnlyList<IReadOnlyList<ProbeReading>> readings)
    {
        (Targets, Readings) = (targets, readings);
        Checks = [.. SourceGains(), .. Targets.Select(LearnsFeatures), .. Targets.Select(TransfersLess)];
    }

    /// <summary>The targets' names.</summary>
    public IReadOnlyList<string> Targets { get; }

    /// <summary>[seed][state]: before training, and at the end of each of three stages.</summary>
    public IReadOnlyList<IReadOnlyList<ProbeReading>> Readings { get; }

    /// <summary>What must hold for the claim to be tested at all, and then what the claim expects; the probe is the logistic one.</summary>
    public IReadOnlyList<ClaimCheck> Checks { get; }

    /// <summary>The network's own test accuracy at a state, 0 to 3, over the seeds.</summary>
    public SeedSample Source(int state) => Sample(state, reading => reading.SourceAccuracy);

    /// <summary>A target's test accuracy at a state by the logistic probe, or by the ridge probe.</summary>
    public SeedSample Probe(string target, int state, bool byRidge) =>
        Sample(state, reading => reading.Targets.First(other => other.Target == target) is var probed && byRidge ? probed.RidgeAccuracy : probed.LogisticAccuracy);

    /// <summary>How the gains of the last two stages transfer to a target.</summary>
    public TargetTransfer Transfer(string target, bool byRidge) => new(target, Gain(target, 1, byRidge), Gain(target, 2, byRidge));

    private StageGain Gain(string target, int from, bool byRidge) =>
        new(Source(from + 1).Minus(Source(from)), Probe(target, from + 1, byRidge).Minus(Probe(target, from, byRidge)));

    private SeedSample Sample(int state, Func<ProbeReading, double> value) => new([.. Readings.Select(states => value(states[state]))]);

    private IEnumerable<ClaimCheck> SourceGains()
    {
        for (int stage = 1; stage <= 2; stage++)
        {
            var gain = Source(stage + 1).Minus(Source(stage));
            yield return new(
                $"source: the gain from stage {stage} to {stage + 1} is above {StageGain.Significance} standard errors, so that a ratio can be formed",
                gain.Mean > StageGain.Significance * gain.Error, $"{gain.Mean:F4}, standard error {gain.Error:F4}");
        }
    }

    private ClaimCheck LearnsFeatures(string target)
    {
        var gain = Probe(target, 1, byRidge: false).Minus(Probe(target, 0, byRidge: false));
        return new(
            $"{target}: features of stage 1 are better than those before training, by more than {StageGain.Significance} standard errors",
            gain.Mean > StageGain.Significance * gain.Error, $"{gain.Mean:F4}, standard error {gain.Error:F4}");
    }

    private ClaimCheck TransfersLess(string target)
    {
        var transfer = Transfer(target, byRidge: false);
        return new($"{target}: TR(2→3) is below TR(1→2), with the 95 % interval of their difference above 0", transfer.Verdict == TransferVerdict.Supported, transfer.Measured);
    }
}
