using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Claims;

/// <summary>Many claims, one after another, with the runs that they share in one folder. What is there already is not run again.</summary>
internal static class Reproduction
{
    private const string RunsName = "runs";

    /// <summary>Why a claim cannot be run at a scale now; null where it can.</summary>
    public static ClaimResult? Obstacle(Claim claim, ClaimScale scale)
    {
        if (claim.CostAt(scale) is not { } cost)
            return new(claim, scale)
            {
                WithoutReport = ClaimOutcome.Undecided,
                Reason = Deciding(claim, scale) is { } decides
                    ? $"no experiment of this scale tells; --{ScaleWords.Of(decides)} decides"
                    : "no experiment of this scale or a larger one has been made",
            };
        string[] missing = [.. cost.Sets.Where(set => !IsThere(set))];
        return missing.Length == 0
            ? null
            : new(claim, scale)
            {
                Reason = $"{string.Join(" and ", missing)} {(missing.Length == 1 ? "is" : "are")} not on this machine; "
                    + $"{string.Join(", ", missing.Select(set => $"etalon data get {set}"))}",
            };
    }

    /// <summary>Runs claims.</summary>
    /// <param name="claims">Which.</param>
    /// <param name="settings">The folder of all reports, the scale, threads, and who hears of it.</param>
    /// <returns>A result for each, in their order; once it is canceled, of the rest that they were interrupted.</returns>
    public static IReadOnlyList<ClaimResult> Run(IReadOnlyList<Claim> claims, ClaimRun settings)
    {
        ArgumentNullException.ThrowIfNull(claims);
        ArgumentNullException.ThrowIfNull(settings);
        List<ClaimResult> results = [];
        foreach (var claim in claims)
        {
            var result = Obstacle(claim, settings.Scale) ?? Attempt(claim, settings);
            results.Add(result);
            if (!result.IsInterrupted)
                settings.Report($"{results.Count} of {claims.Count} claims: {claim.Name}: {OutcomeWords.Of(result.Outcome)}");
        }
        return results;
    }

    // A claim whose data are damaged or whose disk is full ends no other claim.
    private static ClaimResult Attempt(Claim claim, ClaimRun settings)
    {
        string folder = Path.Combine(settings.Folder, claim.Name);
        var run = settings with
        {
            Folder = folder,
            RunsFolder = Path.Combine(settings.Folder, RunsName),
            Ledger = new RunLedger(),
            Report = line => settings.Report($"{claim.Name}: {line}"),
        };
        var result = new ClaimResult(claim, settings.Scale);
        try
        {
            settings.Cancellation.ThrowIfCancellationRequested();
            var report = claim.Reproduce(run);
            report.Write(folder);
            return result with { Report = report, Runs = run.Ledger.Runs };
        }
        catch (OperationCanceledException) when (settings.Cancellation.IsCancellationRequested)
        {
            return result with { Reason = "interrupted; the command that began this report continues it", IsInterrupted = true };
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException or DivergedException)
        {
            return result with { WithoutReport = ClaimOutcome.Failed, Reason = exception.Message, Runs = run.Ledger.Runs };
        }
    }

    private static ClaimScale? Deciding(Claim claim, ClaimScale scale) =>
        Enum.GetValues<ClaimScale>().Where(larger => larger > scale
            && claim.CostAt(larger) is not null).Select(larger => (ClaimScale?)larger)
            .FirstOrDefault();

    private static bool IsThere(string set) => DataPlaces.OfThisMachine.TryFind(DataCatalog.Find(set)) is not null;
}
