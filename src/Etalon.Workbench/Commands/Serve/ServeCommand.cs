using System.CommandLine;
using System.Net;
using Etalon.Lab;
using Etalon.Lab.Files;
using Etalon.Workbench.Dashboard;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon serve</c>: the live page.</summary>
internal static class ServeCommand
{
    private const int UsualPort = 8420, MostPort = 65535;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var options = new Options();
        var command = new Command(
            "serve",
            """
            A live page on this machine: each run with its weights against the theory, runs over each other, sweeps, claims, and
            a workshop for schedules. It reads folders and changes nothing in them; nothing leaves the machine. Ctrl-C ends it.

            Examples:
              etalon serve
              etalon serve --runs /data/runs --port 9000
              ssh -L 8420:localhost:8420 machine etalon serve
              etalon serve --listen 0.0.0.0
            """)
        {
            options.Runs, options.Reports, options.Port, options.Open, options.Base, options.Listen,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, options, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Options options, CancellationToken cancellation)
    {
        string runs = parsed.GetRequiredValue(options.Runs);
        if (File.Exists(runs)) throw new InputException($"--runs {runs}: is a file; name the folder of all runs");
        CurrentFolder.Require(runs);
        var address = AddressOf(parsed.GetValue(options.Listen));
        var served = new DashboardOptions
        {
            Runs = Path.GetFullPath(runs),
            Reports = Path.GetFullPath(parsed.GetRequiredValue(options.Reports)),
            Address = address,
            Port = parsed.GetValue(options.Port) ?? UsualPort,
            Base = BaseOf(parsed.GetValue(options.Base)),
            Token = IPAddress.IsLoopback(address) ? null : AccessToken.Create(),
        };
        await using var server = await DashboardServer.StartAsync(served);
        string page = $"{server.Address}{(served.Token is { } token ? $"?token={token}" : "")}";
        var output = parsed.InvocationConfiguration.Output;
        output.WriteLine($"{page} shows {runs}; Ctrl-C ends it");
        output.Flush();
        if (!Directory.Exists(runs))
            parsed.InvocationConfiguration.Error.WriteLine($"note: {runs} is not there yet; runs show when it is");
        if (parsed.GetValue(options.Open)) Browser.Open(page, parsed.InvocationConfiguration.Error);
        try
        {
            await Task.Delay(Timeout.Infinite, cancellation);
        }
        catch (OperationCanceledException)
        {
            // Ending is what a server is asked for; nothing is cut short.
        }
        return ExitCode.Done;
    }

    private static IPAddress AddressOf(string? text)
    {
        if (text is null or "localhost") return IPAddress.Loopback;
        return IPAddress.TryParse(text, out var address)
            ? address
            : throw new InputException(
                $"--listen {text}: must be an address of this machine, as in 127.0.0.1, or 0.0.0.0 for all of them");
    }

    // "/etalon" from "/etalon/" and "etalon" alike.
    private static string BaseOf(string? text)
    {
        string path = (text ?? "").Trim('/');
        if (path.Length == 0) return "";
        return path.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/')
            && !path.Split('/').Any(part => part is "" or "." or "..")
            ? $"/{path}"
            : throw new InputException($"--base {text}: must be a path of letters, digits, dashes, dots and underscores, as in /etalon");
    }

    private sealed class Options
    {
        public Option<string> Runs { get; } = CommonOptions.Runs();
        public Option<string> Reports { get; } = new("--reports")
        {
            Description = "The folder of the claims' reports.",
            HelpName = "DIR",
            DefaultValueFactory = _ => "reports",
        };
        public Option<int?> Port { get; } = NumberOption.Integer("--port", "N",
            $"The port; {UsualPort} unless given, 0 for any that is free.",
            0, MostPort, $"a port is from 0 to {MostPort}");
        public Option<bool> Open { get; } = new("--open") { Description = "Open the page in a browser." };
        public Option<string?> Base { get; } =
            new("--base") { Description = "The path before all pages, for a server that passes requests on.", HelpName = "PATH" };
        public Option<string?> Listen { get; } = new("--listen")
        {
            Description = "The address to listen on, 127.0.0.1 unless given; any other needs the token that is printed.",
            HelpName = "ADDRESS",
        };
    }
}
