using Etalon.Lab.Claims;
using Etalon.Lab.Claims.Reports;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>etalon reproduce</c> says.</summary>
internal static class ReproduceText
{
    private const double CoresOfCosts = 2;

    /// <summary>The claims with their costs, and the papers' claims that none answers.</summary>
    public static IEnumerable<string> List()
    {
        foreach (var claim in ClaimCatalog.All)
        {
            yield return $"{claim.Name}  ({string.Join(", ", claim.Ids)})";
            var costs = Enum.GetValues<ClaimScale>().Select(scale => $"--{ScaleWords.Of(scale)} {Cost(claim, scale)}");
            yield return $"  {string.Join("; ", costs)}";
            yield return $"  {claim.Statement}";
            yield return $"  {claim.Source}";
        }
        yield return $"{ClaimCatalog.All.Count} claims; times are those of two cores.";
        foreach (var paper in PaperClaims.All.Where(paper => paper.AnsweredBy.Count == 0))
            yield return $"No experiment yet: {paper.Id}, {paper.Title}.";
    }

    /// <summary>How long it will take here, and what will not be run.</summary>
    /// <param name="claims">The claims.</param>
    /// <param name="scale">The scale.</param>
    /// <param name="threads">Runs at the same time.</param>
    /// <param name="speed">The speed of a core here over that of the reference machine.</param>
    public static IEnumerable<string> Estimate(IReadOnlyList<Claim> claims, ClaimScale scale, int threads, double speed)
    {
        var obstacles = claims.Select(claim => Reproduction.Obstacle(claim, scale)).OfType<ClaimResult>().ToList();
        var run = claims.Where(claim => obstacles.All(obstacle => obstacle.Claim != claim)).ToList();
        double minutes = run.Sum(claim => claim.CostAt(scale)!.Minutes) * CoresOfCosts / threads / speed;
        yield return $"{run.Count} of {claims.Count} claims run at the {ScaleWords.Of(scale)} scale: about {Time(minutes)} on {threads} "
            + $"thread{(threads == 1 ? "" : "s")}, less what is done already (a core does {speed:0.##} of the reference's work)";
        foreach (var obstacle in obstacles) yield return $"not run: {obstacle.Claim.Name}: {obstacle.Reason}";
    }

    /// <summary>The verdicts, a line for each claim.</summary>
    public static IEnumerable<string> Verdicts(ReproductionReport report)
    {
        int widest = report.Results.Max(result => result.Claim.Name.Length);
        foreach (var result in report.Results)
            yield return $"{result.Claim.Name.PadRight(widest)}  {OutcomeWords.Of(result.Outcome),-13}  {result.Summary}";
        yield return $"{report.Results.Count} claims: {report.Totals}";
    }

    private static string Cost(Claim claim, ClaimScale scale) => claim.CostAt(scale)?.ToString() ?? "none";

    private static string Time(double minutes) => minutes < 90 ? $"{Math.Ceiling(minutes)} min" : $"{minutes / 60:0.#} h";
}
