namespace Etalon.Lab.Claims.Shared;

/// <summary>Where and how a claim is reproduced.</summary>
internal sealed record ClaimRun
{
    /// <summary>The folder of its report. Runs and outcomes are kept there too, so that an interrupted reproduction continues.</summary>
    public required string Folder { get; init; }

    /// <summary>The folder of the experiment's training runs.</summary>
    /// <value>A folder of the claim's own by default; claims that are reproduced together share one.</value>
    internal string RunsFolder
    {
        get => field ?? Path.Combine(Folder, "runs");
        init;
    }

    /// <summary>How large the experiment is; the standard one by default.</summary>
    public ClaimScale Scale { get; init; } = ClaimScale.Standard;

    /// <summary>What was trained, for the report.</summary>
    internal RunLedger Ledger { get; init; } = new();

    /// <summary>Runs or cells that are computed at the same time, each on one thread; the findings do not depend on it.</summary>
    public required int Threads { get; init; }

    /// <summary>Runs of each kind; null for as many as the claim uses.</summary>
    public int? Seeds { get; init; }

    /// <summary>Called with a line of text after each finished part.</summary>
    public required Action<string> Report { get; init; }

    /// <summary>Stops the runs at work, each with a checkpoint.</summary>
    public CancellationToken Cancellation { get; init; }

    /// <summary>The runs of each kind. A claim that gives deviations needs at least two.</summary>
    /// <param name="claimed">As many as the claim uses.</param>
    /// <exception cref="InputException">They are fewer than two.</exception>
    internal int SeedsOr(int claimed) => (Seeds ?? claimed) is var seeds && seeds >= 2
        ? seeds
        : throw new InputException(
        $"--seeds {seeds}: must be at least 2, since a deviation over the seeds is reported; the claim uses {claimed}");
}
