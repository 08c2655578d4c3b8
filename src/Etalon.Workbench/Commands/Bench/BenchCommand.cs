using System.CommandLine;
using System.Numerics;
using System.Text.Json;
using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Benchmarks;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Options;

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
              etalon bench --model mlp --hidden 512,512 --batch 64 --vectors 256
              etalon bench --model transformer --batch 32
            """)
        {
            options.Model, options.Norm, options.Convolution, options.Precision, options.Hidden, options.Batch, options.Threads,
            options.Vectors, options.Rounds, options.Json, options.Serve,
        };
        command.SetAction(parsed => Run(parsed, options));
        return command;
    }

    private static int Run(ParseResult parsed, Options options)
    {
        var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(options.Vectors) is { } vectors) Choose(vectors);
        var recipe = Recipe(
            parsed.GetRequiredValue(options.Model),
            parsed.GetResult(options.Norm) is { Implicit: false } ? parsed.GetValue(options.Norm) : null,
            parsed.GetRequiredValue(options.Convolution),
            parsed.GetRequiredValue(options.Precision), parsed.GetValue(options.Hidden));
        int batch = parsed.GetRequiredValue(options.Batch), rounds = parsed.GetRequiredValue(options.Rounds);
        int threads = ThreadCount.ForBatches(parsed.GetValue(options.Threads), batch, error);
        if (parsed.GetValue(options.Serve))
        {
            if (recipe.Precision == Precision.Float32) Serve<float>(recipe.Model!, batch, threads, Console.In, output);
            else Serve<double>(recipe.Model!, batch, threads, Console.In, output);
            return ExitCode.Done;
        }
        error.WriteLine("measuring; on a busy machine the figures mean little");
        var report = recipe.Precision == Precision.Float32
            ? SpeedBench.Measure<float>(recipe.Model!, batch, threads, rounds, recipe.Precision)
            : SpeedBench.Measure<double>(recipe.Model!, batch, threads, rounds, recipe.Precision);
        if (parsed.GetValue(options.Json)) BenchJson.Write(report, output);
        else
            foreach (string line in BenchText.Lines(report)) output.WriteLine(line);
        return ExitCode.Done;
    }

    private static void Choose(int bits)
    {
        if (bits is not (256 or 512)) throw new InputException($"--vectors is {bits}; it must be 256 or 512");
        VectorWidth.Choose(bits);
    }

    /// <summary>Answers each line with one line of JSON, until there are no more: the protocol of bench/peers/compare.py.</summary>
    public static void Serve<T>(ModelSpec model, int batch, int threads, TextReader input, TextWriter output)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var server = new SpeedServer<T>(model, batch, threads);
        while (input.ReadLine() is { } name)
        {
            output.WriteLine(server.Answer(name).ToJsonString());
            output.Flush();
        }
    }

    // A recipe's reader knows all rules of models; what it needs besides has no influence on speed.
    private static Recipe Recipe(string model, string? norm, string convolution, string precision, string? hidden)
    {
        (string Option, string Change)[] choices =
        [
            ("--model", $"model.name={Quoted(model)}"), ("--convolution", $"model.convolution={Quoted(convolution)}"),
            ("--precision", $"precision={Quoted(precision)}"),
            .. norm is null ? ((string, string)[])[] : [("--norm", $"model.norm={Quoted(norm)}")],
            .. hidden is null ? ((string, string)[])[] : [("--hidden", $"model.hidden=[{string.Join(',', Units(hidden))}]")],
        ];
        try
        {
            return RecipeReader.Read(
                "{duration: 1ba, steps_per_epoch: 1, learning_rate: 0.01, model: {name: mlp}}", "bench",
                [.. choices.Select(choice => choice.Change)]).Recipe;
        }
        catch (InputException exception)
        {
            throw new InputException([.. exception.Problems.Select(InWordsOfOptions)]);
        }

        // The user wrote options and no overrides.
        string InWordsOfOptions(string problem) => choices.Aggregate(problem, (text, choice) =>
            text.Replace($"override {choice.Change}: ", $"{choice.Option}: ", StringComparison.Ordinal));
    }

    private static IEnumerable<string> Units(string hidden)
    {
        foreach (string part in hidden.Split(','))
            yield return NumberText.TryReadInteger(part.Trim(), out int units, out var rule)
                ? $"{units}"
                : throw new InputException($"--hidden {hidden}: \"{part}\" {rule}; write whole numbers with commas, as in 512,512");
    }

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private sealed class Options
    {
        public Option<string> Model { get; } = new("--model")
        {
            Description = "The model, as a recipe names it.",
            HelpName = "NAME",
            DefaultValueFactory = _ => "preresnet20"
        };
        public Option<string> Norm { get; } =
            new("--norm") { Description = "batch, group, layer, instance or none.", HelpName = "NORM", DefaultValueFactory = _ => "batch" };

        public Option<string> Convolution { get; } = new("--convolution")
        {
            Description = "auto takes the fastest kernel for each shape, direct never Winograd's form.",
            HelpName = "MODE",
            DefaultValueFactory = _ => "auto",
        };

        public Option<string> Precision { get; } =
            new("--precision") { Description = "float32 or float64.", HelpName = "TYPE", DefaultValueFactory = _ => "float32" };
        public Option<string?> Hidden { get; } =
            new("--hidden") { Description = "Units of each hidden layer of an mlp, with commas; 128 by default.", HelpName = "N,N" };
        public Option<int?> Vectors { get; } = NumberOption.Integer(
            "--vectors", "BITS", "Bits of the vectors that kernels compute with, 256 or 512; by default what is fastest here.");
        public Option<int> Batch { get; } = NumberOption.Integer("--batch", "N", "Images in a step.", 128, least: 1);
        public Option<int?> Threads { get; } = CommonOptions.Threads("Threads that compute; all processors unless given.");
        public Option<int> Rounds { get; } =
            NumberOption.Integer("--rounds", "N", "How often each figure is measured; the median counts.", 15, least: 1);
        public Option<bool> Json { get; } = new("--json") { Description = "For machines: the figures as JSON." };
        public Option<bool> Serve { get; } = new("--serve")
        {
            Description =
            "Take measurements' names from standard input, a line each, and answer with JSON: for bench/peers/compare.py."
        };
    }
}
