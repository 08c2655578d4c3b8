using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Globalization;
using Etalon.Engine;
using Etalon.Workbench.Commands;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench;

/// <summary>The command <c>etalon</c>: its verbs, and the one place where a failure becomes a message and an exit code.</summary>
internal static class CommandLine
{
    private static readonly (string Name, Func<Command> Create)[] Verbs =
    [
        ("train", TrainCommand.Create),
        ("resume", ResumeCommand.Create),
        ("fork", ForkCommand.Create),
        ("verify-resume", VerifyResumeCommand.Create),
        ("plan", PlanCommand.Create),
        ("forecast", ForecastCommand.Create),
        ("advise", AdviseCommand.Create),
        ("find-lr", FindLrCommand.Create),
        ("convert", ConvertCommand.Create),
        ("verify", VerifyCommand.Create),
        ("export", ExportCommand.Create),
        ("audit", AuditCommand.Create),
        ("diagnose", DiagnoseCommand.Create),
        ("probe", ProbeCommand.Create),
        ("data", DataCommand.Create),
        ("runs", RunsCommand.Create),
        ("simulate", SimulateCommand.Create),
        ("sweep", SweepCommand.Create),
        ("reproduce", ReproduceCommand.Create),
        ("serve", ServeCommand.Create),
        ("bench", BenchCommand.Create),
    ];

    /// <summary>Runs one command.</summary>
    /// <param name="args">What stands after <c>etalon</c>.</param>
    /// <param name="output">Results.</param>
    /// <param name="error">Problems, warnings and progress.</param>
    /// <param name="interruption">Ends the command; null where nobody can.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, TextWriter output, TextWriter error,
        Interruption? interruption = null)
    {
        // What System.CommandLine says is English, as all the rest is.
        CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;
        var root = Create(args.Count > 0 ? args[0] : null);
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0 && args.Count > 0)
            return Failure.Usage(parsed, error);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            // Signals are taken before the command line is read.
            ProcessTerminationTimeout = null,
        };
        try
        {
            if (args.Count == 0) return await root.Parse("--help").InvokeAsync(configuration);
            if (parsed.Action is not HelpAction) RequestedVectors.Require(Environment.GetEnvironmentVariable(VectorWidth.Variable));
            if (!LaunchedRanks.Allow(parsed, MpiCommunicator.PlaceInLaunch)) return ExitCode.BadInput;
            // What is not asynchronous watches nothing.
            if (parsed.Action is AsynchronousCommandLineAction) interruption?.Await();
            return await parsed.InvokeAsync(configuration, interruption?.Token ?? CancellationToken.None);
        }
#pragma warning disable CA1031 // Whatever happens, a user sees a message and an exit code, never a stack trace.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Failure.Report(e, error, parsed.CommandResult);
        }
    }

    /// <summary>The command with all its verbs.</summary>
    /// <param name="first">
    /// The first word after <c>etalon</c>; where it is a verb's name, the command has this verb alone: making all takes 5 to
    /// 15 ms.
    /// </param>
    internal static RootCommand Create(string? first = null)
    {
        var root = new RootCommand(
            """
            Etalon: learning-rate schedules of normalized networks - planned, converted, trained, measured.

            Examples:
              etalon train recipes/digits.yaml
              etalon resume digits
              etalon plan recipes/cifar-step.yaml
              etalon export recipes/cifar-step.yaml --for pytorch --out schedule.py

            Exit codes: 0 done, 1 failed, 2 bad usage or input, 3 diverged, 130 interrupted.
            """);
        foreach (var (name, create) in Verbs)
            if (name == first || !Verbs.Any(verb => verb.Name == first)) root.Add(create());
        // On a terminal of a few columns help would not end.
        if (root.Options.OfType<HelpOption>().Single().Action is HelpAction help) help.MaxWidth = Math.Max(help.MaxWidth, Terminal.Least);
        return root;
    }
}
