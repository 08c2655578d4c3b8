using Etalon.Lab;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Etalon.Workbench.Dashboard;

/// <summary>The server of the live page: reads run folders, and changes nothing in them.</summary>
internal sealed class DashboardServer : IAsyncDisposable
{
    /// <summary>The largest log that may be dropped on the page.</summary>
    public const int LargestUpload = 32 << 20;

    private const int MostConnections = 1024;

    private readonly WebApplication _app;

    private DashboardServer(WebApplication app, Uri address) => (_app, Address) = (app, address);

    /// <summary>Where the page is, without the token.</summary>
    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    /// <exception cref="InputException">The port is taken or may not be listened on.</exception>
    public static async Task<DashboardServer> StartAsync(DashboardOptions options)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(options.Address, options.Port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestUpload;
            kestrel.Limits.MaxConcurrentConnections = MostConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            // Who reads or writes next to nothing is let go.
            kestrel.Limits.MinResponseDataRate = new MinDataRate(240, TimeSpan.FromSeconds(5));
        });
        builder.Services.AddRoutingCore();
        // The command ends the server itself.
        builder.Services.AddSingleton<IHostLifetime, SilentLifetime>();
        var app = builder.Build();
        try
        {
            Map(app, options);
            await app.StartAsync();
        }
        catch (IOException exception)
        {
            await app.DisposeAsync();
            throw new InputException(
                $"--port {options.Port}: cannot be listened on ({exception.Message.TrimEnd('.')}); give another port, or 0 for any that is "
                + "free");
        }
        string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new DashboardServer(app, new Uri($"{bound}{options.Base}/"));
    }

    private static void Map(WebApplication app, DashboardOptions options)
    {
        var guard = new RequestGuard(options);
        if (options.Base.Length > 0) app.UsePathBase(options.Base);
        app.Use(async (context, next) =>
        {
            if (!await guard.AdmitsAsync(context)) return;
            if (options.Base.Length > 0 && !context.Request.PathBase.HasValue)
            {
                await ApiAnswer.ProblemAsync(context.Response, StatusCodes.Status404NotFound, [$"the page is at {options.Base}/"]);
                return;
            }
            await AnswerAsync(context, next);
        });
        app.UseRouting();
        new DashboardRoutes(options, app.Lifetime.ApplicationStopping).Map(app);
        app.MapFallback(context => ApiAnswer.ProblemAsync(context.Response, StatusCodes.Status404NotFound, ["there is no such page"]));
    }

    private static async Task AnswerAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The page went away before the answer.
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            var (status, problems) = ProblemsOf(exception);
            await ApiAnswer.ProblemAsync(context.Response, status, problems);
        }
    }

    private static (int Status, IReadOnlyList<string> Problems) ProblemsOf(Exception exception) => exception switch
    {
        InputException input => (StatusCodes.Status400BadRequest, input.Problems),
        BadHttpRequestException bad => (bad.StatusCode, [bad.StatusCode == StatusCodes.Status413PayloadTooLarge
            ? $"a file has at most {LargestUpload >> 20} MB here; etalon diagnose reads larger ones" : bad.Message]),
        IOException or UnauthorizedAccessException => (StatusCodes.Status500InternalServerError, [exception.Message]),
        OutOfMemoryException => (StatusCodes.Status500InternalServerError, ["not enough memory for that"]),
        _ => (StatusCodes.Status500InternalServerError,
            [$"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}; this is a bug in etalon"]),
    };

    /// <summary>Ends all streams and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await _app.StopAsync(late.Token);
        await _app.DisposeAsync();
    }

    // The usual one prints, and listens for Ctrl-C itself.
    private sealed class SilentLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
