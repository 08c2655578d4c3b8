using System.Net;
using System.Text.Json.Nodes;
using Etalon.Lab.Tests;
using Etalon.Workbench.Dashboard;

namespace Etalon.Workbench.Tests.Dashboard;

/// <summary>A server of a folder of its own, and what a browser may ask of it.</summary>
internal sealed class Served : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        MaxConnectionsPerServer = 400
    });

    private Served() => Directory.CreateDirectory(Runs);

    public string Folder => _folder.Path;

    public string Runs => Path.Combine(_folder.Path, "runs");

    public string Cache => Path.Combine(_folder.Path, "cache");

    public DashboardServer Server { get; private set; } = null!;

    public static async Task<Served> Start(Func<DashboardOptions, DashboardOptions>? change = null)
    {
        var served = new Served();
        var options = new DashboardOptions { Runs = served.Runs, Reports = Path.Combine(served.Folder, "reports"), Cache = served.Cache };
        served.Server = await DashboardServer.StartAsync(change?.Invoke(options) ?? options);
        return served;
    }

    public async Task<(HttpStatusCode Status, string Text, HttpResponseMessage Answer)> Ask(string path, HttpMethod? method = null,
        string? host = null, HttpContent? content = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method ?? HttpMethod.Get, new Uri(Server.Address, path)) { Content = content };
        if (host is not null) request.Headers.Host = host;
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        var answer = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), answer);
    }

    public async Task<JsonNode> Json(string path)
    {
        var (status, text, _) = await Ask(path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {text}");
        return JsonNode.Parse(text)!;
    }

    public async Task<byte[]> Bytes(string path)
    {
        using var answer = await _client.GetAsync(new Uri(Server.Address, path), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    public Task<HttpResponseMessage> Open(string path) => _client.GetAsync(
        new Uri(Server.Address, path), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
