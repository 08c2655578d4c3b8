using Etalon.Lab;
using Etalon.Lab.Claims;
using Etalon.Lab.Runs;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answers about claims: what stands in the folder of their reports, also while one is being reproduced.</summary>
/// <param name="reports">The folder; a report is in a folder of its claim's name.</param>
internal sealed class ClaimAnswers(string reports)
{
    private const string Report = "report.md", Picture = "picture.svg";

    private const long LongestReport = 1 << 20;

    /// <summary>All claims with what is known of them.</summary>
    public Task ListAsync(HttpContext context) => ApiAnswer.JsonAsync(context.Response, new
    {
        Folder = reports,
        Claims = ClaimCatalog.All.Select(claim => new
        {
            claim.Name,
            claim.Statement,
            claim.Source,
            Report = TextOf(claim.Name),
            HasPicture = FileOf(claim.Name, Picture) is not null,
            Progress = ProgressOf(claim.Name),
        }),
    });

    /// <summary>The picture of a claim's report.</summary>
    public async Task PictureAsync(HttpContext context)
    {
        string name = new QueryReader(context.Request.Query).Text("name") ?? "";
        // A name of the catalog leads nowhere else.
        if (ClaimCatalog.All.All(claim => claim.Name != name) || FileOf(name, Picture) is not { } file)
            throw new InputException($"there is no picture of a claim \"{name}\"");
        await ApiAnswer.BytesAsync(context.Response, await File.ReadAllBytesAsync(file, context.RequestAborted), "image/svg+xml");
    }

    private string? TextOf(string claim) => FileOf(claim, Report) is { } file ? RunFile.Text(file) : null;

    // Regular files of a report's usual size, and no links.
    private string? FileOf(string claim, string name)
    {
        var file = new FileInfo(Path.Combine(reports, claim, name));
        return file.Exists && file.LinkTarget is null && file.Length <= LongestReport ? file.FullName : null;
    }

    // Runs and other outcomes that are kept in the folder so far.
    private object? ProgressOf(string claim)
    {
        string folder = Path.Combine(reports, claim);
        if (!Directory.Exists(folder) || RunPlace.IsLink(folder)) return null;
        var runs = FoldersIn(Path.Combine(folder, "runs")).Where(run => File.Exists(Path.Combine(run, RunFolder.ResolvedName))).ToList();
        string kept = Path.Combine(folder, "kept");
        return new
        {
            Runs = runs.Count,
            Done = runs.Count(run => File.Exists(Path.Combine(run, RunFolder.ResultName))),
            Outcomes = Directory.Exists(kept) && !RunPlace.IsLink(kept) ? Directory.GetFiles(kept, "*.json").Length : 0,
        };
    }

    private static string[] FoldersIn(string folder) =>
        Directory.Exists(folder) && !RunPlace.IsLink(folder) ? Directory.GetDirectories(folder) : [];
}
