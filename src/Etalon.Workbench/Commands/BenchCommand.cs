using System.CommandLine;
using System.Numerics;
using System.Text.Json;
using Etalon.Lab.RunSpecs;
using Etalon.Lab.Speed;

namespace Etalon.Workbench.Commands;

/// <summary><c>etalon bench</c>: how fast a model trains here, where the time goes, and how far that is from the machine's limit.</summary>
internal static class BenchCommand
{
    public static Command Create()
    {
        var options = new Options();
        var command = new Command("bench",
            """
            Measure training on this machine: images per second, each kind of layer, each pass of each convolution, and the multiply-add peak.

            Examples:
              etalon bench
              etalon bench --model preresnet20 --batch 128 --threads 2 --json
              etalon bench --model resnet56 --norm group --convolution direct
            """)
        {
            options.Model, options.Norm, options.Convolution, options.Precision, options.Batch, options.Threads, options.Rounds, options.Json, options.Serve,
        };
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, Options options)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        var spec = Spec(
            parsed.GetRequiredValue(options.Model), parsed.GetRequiredValue(options.Norm), parsed.GetRequiredValue(options.Convolution),
            parsed.GetRequiredValue(options.Precision));
        int batch = parsed.GetRequiredValue(options.Batch), threads = parsed.GetRequiredValue(options.Threads), rounds = parsed.GetRequiredValue(options.Rounds);
        if (parsed.GetValue(options.Serve))
        {
            if (spec.Precision == Precision.Float32) Serve<float>(spec.Model!, batch, threads, Console.In, output);
            else Serve<double>(spec.Model!, batch, threads, Console.In, output);
            return ExitCode.Done;
        }
        error.WriteLine("measuring; on a busy machine the figures mean little");
        var report = spec.Precision == Precision.Float32
            ? SpeedBench.Measure<float>(spec.Model!, batch, threads, rounds, spec.Precision)
            : SpeedBench.Measure<double>(spec.Model!, batch, threads, rounds, spec.Precision);
        if (parsed.GetValue(options.Json)) BenchJson.Write(report, output);
        else
            foreach (string line in BenchText.Lines(report)) output.WriteLine(line);
        return ExitCode.Done;
    }

    /// <summary>Answers each line with one line of JSON, until there are no more: the protocol of bench/peers/compare.py.</summary>
    public static void Serve<T>(ModelSpec model, int batch, int threads, TextReader input, TextWriter output) where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var server = new SpeedServer<T>(model, batch, threads);
        while (input.ReadLine() is { } name)
        {
            output.WriteLine(server.Answer(name).ToJsonString());
            output.Flush();
        }
    }

    // A recipe's reader knows all rules of models; what it needs besides has no influence on speed.
    private static RunSpec Spec(string model, string norm, string convolution, string precision) => RecipeReader.Read(
        "{duration: 1ba, steps_per_epoch: 1, learning_rate: 0.01, model: {name: mlp}}", "bench",
        [
            $"model.name={Quoted(model)}", $"model.norm={Quoted(norm)}", $"model.convolution={Quoted(convolution)}", $"precision={Quoted(precision)}",
        ]);

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private sealed class Options
    {
        public Option<string> Model { get; } = new("--model") { Description = "The model, as a recipe names it.", HelpName = "NAME", DefaultValueFactory = _ => "preresnet20" };
        public Option<string> Norm { get; } = new("--norm") { Description = "batch, group, layer, instance or none.", HelpName = "NORM", DefaultValueFactory = _ => "batch" };

        public Option<string> Convolution { get; } = new("--convolution")
        {
            Description = "auto takes the fastest kernel for each shape, direct never Winograd's form.",
            HelpName = "MODE",
            DefaultValueFactory = _ => "auto",
        };

        public Option<string> Precision { get; } = new("--precision") { Description = "float32 or float64.", HelpName = "TYPE", DefaultValueFactory = _ => "float32" };
        public Option<int> Batch { get; } = NumberOption.Integer("--batch", "N", "Images in a step.", 128, least: 1);
        public Option<int> Threads { get; } = NumberOption.Integer("--threads", "N", "Threads that compute.", Environment.ProcessorCount, least: 1);
        public Option<int> Rounds { get; } = NumberOption.Integer("--rounds", "N", "How often each figure is measured; the median counts.", 15, least: 1);
        public Option<bool> Json { get; } = new("--json") { Description = "For machines: the figures as JSON." };
        public Option<bool> Serve { get; } = new("--serve") { Description = "Take measurements' names from standard input, a line each, and answer with JSON: for bench/peers/compare.py." };
    }
}
