using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>How the gains of the last two stages transfer to a target, by one kind of probe.</summary>
/// <param name="Target">The target.</param>
/// <param name="Early">From the end of the first stage to that of the second: what the first decay brings.</param>
/// <param name="Late">From the second to the third: what the last decay brings.</param>
internal sealed record TargetTransfer(string Target, StageGain Early, StageGain Late)
{
    /// <summary>TR(1→2) - TR(2→3) over the seeds; null where one of them is not formed.</summary>
    public SeedSample? Difference => Early.IsFormed && Late.IsFormed
        ? new([.. Early.Linearized.Values.Zip(Late.Linearized.Values, (early, late) => early - late)])
        : null;

    /// <summary>What it says about the claim.</summary>
    public TransferVerdict Verdict => Difference switch
    {
        null => TransferVerdict.NotFormed,
        var difference when difference.Mean - difference.Margin > 0 => TransferVerdict.Supported,
        var difference when difference.Mean + difference.Margin < 0 => TransferVerdict.Contradicted,
        _ => TransferVerdict.Undecided,
    };

    /// <summary>The ratios, their difference with its 95 % interval, and the verdict.</summary>
    public string Measured =>
        $"TR(1→2) {Early}; TR(2→3) "
        + $"{Late}{(Difference is { } difference ? $"; difference {difference.Mean:F2} ± {difference.Margin:F2}" : "")}: {VerdictText}";

    /// <summary>The verdict in words.</summary>
    public string VerdictText => Verdict switch
    {
        TransferVerdict.Supported => "supported",
        TransferVerdict.Contradicted => "contradicted",
        TransferVerdict.Undecided => "undecided",
        _ => "cannot be told",
    };
}

/// <summary>A data set that features are probed on.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Data">The data.</param>
internal sealed record TransferTarget(string Name, DataSpec Data);

/// <summary>Whether what was learned after the last decay transfers less.</summary>
internal enum TransferVerdict
{
    /// <summary>It does: the 95 % interval of the difference of the two ratios is above 0.</summary>
    Supported,

    /// <summary>It transfers more: the interval is below 0.</summary>
    Contradicted,

    /// <summary>The interval has 0 in it.</summary>
    Undecided,

    /// <summary>There are no two ratios to compare: a gain on the source was not significant.</summary>
    NotFormed,
}
