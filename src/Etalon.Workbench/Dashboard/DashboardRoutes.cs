using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Etalon.Workbench.Dashboard;

/// <summary>What the server answers, address by address. All pages are at one depth, so that they name their files without the
/// base.</summary>
/// <param name="options">What is served.</param>
/// <param name="stopping">Ends all streams.</param>
internal sealed class DashboardRoutes(DashboardOptions options, CancellationToken stopping)
{
    private const string Page = "index.html";

    // Each is the same file; its script shows the page that the address names.
    private static readonly string[] Pages = ["", "run", "compare", "sweep", "claims", "workshop", "log"];

    private readonly RunStore _store = new(options.Runs);
    private readonly MetricsShelf _shelf = new(new IndexCache(options.Cache));

    /// <summary>Adds all addresses.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (string page in Pages) routes.MapGet($"/{page}", context => SendPageAsync(context));
        foreach (string name in WebFiles.Names.Where(name => name != Page))
            routes.MapGet($"/{name}", context => WebFiles.SendAsync(context, name));
        var runs = new RunAnswers(_store, _shelf);
        var events = new LiveEvents(_store, stopping);
        routes.MapGet("/api/runs", runs.ListAsync);
        routes.MapGet("/api/sparks", runs.SparksAsync);
        routes.MapGet("/api/run", runs.ShowAsync);
        routes.MapGet("/api/axes", runs.AxesAsync);
        routes.MapGet("/api/curves", runs.CurvesAsync);
        routes.MapGet("/api/diagnosis", new DiagnosisAnswers(_store, _shelf).ShowAsync);
        var sweeps = new SweepAnswers(_store);
        routes.MapGet("/api/sweeps", sweeps.ListAsync);
        routes.MapGet("/api/sweep", sweeps.ShowAsync);
        var claims = new ClaimAnswers(options.Reports);
        routes.MapGet("/api/claims", claims.ListAsync);
        routes.MapGet("/api/claim-picture", claims.PictureAsync);
        var workshop = new WorkshopAnswers(new WorkshopTheory(_store));
        routes.MapGet("/api/targets", WorkshopAnswers.TargetsAsync);
        routes.MapPost("/api/complete", WorkshopAnswers.CompleteAsync);
        routes.MapPost("/api/plan", WorkshopAnswers.PlanAsync);
        routes.MapPost("/api/theory", workshop.TheoryAsync);
        routes.MapPost("/api/move", WorkshopAnswers.MoveAsync);
        routes.MapPost("/api/export", WorkshopAnswers.ExportAsync);
        routes.MapPost("/api/log", LogAnswers.ReadAsync);
        routes.MapGet("/api/events", events.SendAsync);
    }

    // With a base, /etalon is not /etalon/, and the files' names would lead beside it.
    private Task SendPageAsync(HttpContext context)
    {
        if (options.Base.Length == 0 || context.Request.Path.HasValue) return WebFiles.SendAsync(context, Page);
        context.Response.Redirect($"{options.Base}/");
        return Task.CompletedTask;
    }
}
