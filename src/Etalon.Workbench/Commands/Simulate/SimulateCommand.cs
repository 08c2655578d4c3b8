using System.CommandLine;
using System.Text.Json;
using Etalon.Lab.Charts;
using Etalon.Lab.Recipes;
using Etalon.Lab.Simulations.Scenarios;
using Etalon.Schedules;
using Etalon.Workbench.Json;
using Etalon.Workbench.Options;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon simulate</c>: the theory of equilibrium on losses of which everything is known, predicted against measured.</summary>
internal static class SimulateCommand
{
    public static Command Create()
    {
        var command = new Command("simulate",
            """
            Watch the theory of intrinsic rates: many runs on losses of which everything is known, with what it predicts beside what they did.

            Examples:
              etalon simulate equilibrium
              etalon simulate equilibrium --momentum 0.9 --nesterov
              etalon simulate wells --svg wells.svg --csv wells.csv

            Without a scenario, list them.
            Exit codes: 0 all agrees, 1 something differs from the theory, 2 bad input.
            """);
        foreach (var scenario in Scenario.All) command.Add(Create(scenario));
        command.SetAction(parsed => List(parsed.InvocationConfiguration.Output));
        return command;
    }

    private static void List(TextWriter output)
    {
        int width = Scenario.All.Max(scenario => scenario.Name.Length);
        foreach (var scenario in Scenario.All) output.WriteLine($"{scenario.Name.PadRight(width)}  {scenario.Summary}");
    }

    private static Command Create(Scenario scenario)
    {
        var options = new Options(scenario);
        var command = new Command(scenario.Name,
            $"""
            {char.ToUpperInvariant(scenario.Summary[0])}{scenario.Summary[1..]}.
            Example: etalon simulate {scenario.Name} {scenario.Example}
            """);
        foreach (var option in options.Taken(scenario.Inputs)) command.Add(option);
        // On a thread of its own, so that Ctrl-C finds the command waiting.
        command.SetAction((parsed, cancellation) => Task.Run(() => Run(scenario, parsed, options, cancellation), CancellationToken.None));
        return command;
    }

    private static int Run(Scenario scenario, ParseResult parsed, Options options, CancellationToken cancellation)
    {
        var files = new OutputFiles(parsed, options.Json, options.Csv, options.Svg);
        files.Spare([]);
        var output = files.Report;
        options.WarnOfSizes(parsed, parsed.InvocationConfiguration.Error);
        var report = scenario.Run(options.Read(parsed), Environment.ProcessorCount, cancellation);

        if (parsed.GetValue(options.Json)) output.WriteLine(JsonSerializer.Serialize(Json(scenario, report), JsonFormat.Options));
        else Print(report, output);
        files.Write(options.Csv, writer => ScenarioText.WriteCsv(report.Chart, writer));
        files.Write(options.Svg, writer => SvgChart.Write(report.Chart, writer));
        return report.Holds ? ExitCode.Done : ExitCode.Failed;
    }

    private static void Print(ScenarioReport report, TextWriter output)
    {
        var screen = Terminal.Of(output);
        screen.WriteHeading(report.Title, output);
        output.WriteLine();
        foreach (var line in ScenarioText.Lines(report, screen.Width)) output.WriteLine(line);
    }

    private static object Json(Scenario scenario, ScenarioReport report) => new
    {
        Scenario = scenario.Name,
        report.Holds,
        report.Title,
        report.Setting,
        Findings = report.Findings.Select(finding => new
        {
            Run = finding.Case,
            finding.Quantity,
            finding.Predicted,
            Measured = finding.Measured.Value,
            finding.Measured.StandardError,
            finding.Allowed,
            finding.Holds,
        }),
    };

    private sealed class Options(Scenario scenario)
    {
        private Option<double?> Rate { get; } = NumberOption.Real("--rate", "NUMBER", "The rate η.");
        private Option<double?> WeightDecay { get; } = NumberOption.Real("--weight-decay", "NUMBER", "The weight decay λ.");
        private Option<double?> Momentum { get; } = NumberOption.Real("--momentum", "NUMBER", "The momentum μ; 0 unless given.");
        private Option<double?> Dampening { get; } =
            NumberOption.Real("--dampening", "NUMBER", "The share of a gradient that the buffer leaves out; 0 unless given.");
        private Option<bool> Nesterov { get; } = new("--nesterov") { Description = "Look ahead along the buffer." };
        private Option<string?> Decay { get; } =
            new("--decay") { Description = "coupled, the default: in the gradient; decoupled: on the weights.", HelpName = "FORM" };
        private Option<int?> Dimension { get; } = NumberOption.Integer("--dimension", "N", "The dimension of the weights.");
        private Option<long?> Steps { get; } = NumberOption.Whole("--steps", "N", "Updates to measure.");
        private Option<double?> Factor { get; } = NumberOption.Real("--factor", "NUMBER", "What the rate is divided by; 10 unless given.");
        private Option<int?> Batch { get; } = NumberOption.Integer("--batch", "N", "The size of a batch; 64 unless given.");
        private Option<int?> Replicas { get; } =
            NumberOption.Integer("--replicas", "N", $"How many runs; {scenario.Replicas} unless given.");
        private Option<ulong?> Seed { get; } = NumberOption.Seed("--seed", "N", "What all random numbers are drawn from; 1 unless given.");
        public Option<string?> Csv { get; } =
            new("--csv") { Description = "Write the curves to this file, as panel,curve,x,value.", HelpName = "FILE" };
        public Option<string?> Svg { get; } = new("--svg") { Description = "Draw the curves into this file.", HelpName = "FILE" };
        public Option<bool> Json { get; } = new("--json") { Description = "For machines: setting and findings as JSON." };

        public IEnumerable<Option> Taken(ScenarioInputs inputs)
        {
            (ScenarioInputs Input, Option[] Options)[] all =
            [
                (ScenarioInputs.Rate, [Rate, WeightDecay]), (ScenarioInputs.Momentum, [Momentum]),
                (ScenarioInputs.Rule, [Dampening, Nesterov, Decay]),
                (ScenarioInputs.Factor, [Factor]), (ScenarioInputs.Batch, [Batch]), (ScenarioInputs.Dimension, [Dimension]),
                (ScenarioInputs.Steps, [Steps]),
            ];
            WordOption.Allow(Decay, "coupled", "decoupled");
            return all.Where(one => inputs.HasFlag(one.Input)).SelectMany(one => one.Options).Concat([Replicas, Seed, Csv, Svg, Json]);
        }

        public void WarnOfSizes(ParseResult parsed, TextWriter error)
        {
            UnusualSize.Warn($"{Rate.Name} ", parsed.GetValue(Rate), ScheduledQuantity.LearningRate, error);
            UnusualSize.Warn($"{WeightDecay.Name} ", parsed.GetValue(WeightDecay), ScheduledQuantity.WeightDecay, error);
        }

        // An option that the scenario does not take was not parsed, and asking for it gives its default.
        public ScenarioOptions Read(ParseResult parsed) => new()
        {
            Rate = parsed.GetValue(Rate),
            WeightDecay = parsed.GetValue(WeightDecay),
            Momentum = parsed.GetValue(Momentum),
            Dampening = parsed.GetValue(Dampening),
            IsNesterov = parsed.GetValue(Nesterov),
            Decay = parsed.GetValue(Decay) switch { "decoupled" => DecayForm.Decoupled, "coupled" => DecayForm.Coupled, _ => null },
            Dimension = parsed.GetValue(Dimension),
            Steps = parsed.GetValue(Steps),
            Factor = parsed.GetValue(Factor),
            Batch = parsed.GetValue(Batch),
            Replicas = parsed.GetValue(Replicas),
            Seed = parsed.GetValue(Seed) ?? 1,
        };
    }
}
