namespace Etalon.Lab.Claims.Shared;

/// <summary>How a claim is to be reproduced.</summary>
public sealed record ClaimRun
{
    /// <summary>The folder of its report; what takes long is kept there, so that it goes on after an interruption.</summary>
    public required string Folder { get; init; }

    /// <summary>Threads that compute; the findings do not depend on them.</summary>
    public required int Threads { get; init; }

    /// <summary>Runs of each kind, where the claim is about many; null for as many as the claim wants.</summary>
    public int? Seeds { get; init; }

    /// <summary>The runs of each kind, of which a claim that tells deviations needs two.</summary>
    /// <param name="wanted">As many as the claim wants.</param>
    /// <exception cref="InputException">They are fewer than two.</exception>
    internal int SeedsOr(int wanted) => (Seeds ?? wanted) is var seeds && seeds >= 2
        ? seeds
        : throw new InputException($"--seeds {seeds}: the deviation over seeds is wanted, so at least 2 are due; {wanted} is what the claim wants");

    /// <summary>Takes a line about what was done.</summary>
    public required Action<string> Report { get; init; }

    /// <summary>Ends it.</summary>
    public CancellationToken Cancellation { get; init; }
}
