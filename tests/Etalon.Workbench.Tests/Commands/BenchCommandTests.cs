using System.Text.Json;
using System.Text.RegularExpressions;
using Etalon.Engine;
using Etalon.Lab.Benchmarks;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>What bench says, not how fast this machine is: no test here depends on a time.</summary>
public class BenchCommandTests
{
    private static readonly string[] Small = ["bench", "--model", "preresnet8", "--batch", "2", "--threads", "1", "--rounds", "1"];
    private static readonly ModelSpec PreResNet8 = new() { Kind = ModelKind.PreResNet, Depth = 8 };

    [Theory]
    [InlineData("direct", 1.1, false)]
    [InlineData("direct", 4.6, true)]
    [InlineData("winograd", 4.6, false)]
    public void A_direct_convolution_above_the_peak_says_that_the_peak_was_measured_too_low(string algorithm, double share, bool isTooLow)
    {
        var report = new SpeedReport
        {
            Model = PreResNet8,
            Precision = Precision.Float32,
            Batch = 2,
            Threads = 1,
            Rounds = 1,
            StepSeconds = 1,
            StepOperations = 1e9,
            Monitors = null,
            EvaluationSeconds = 1,
            VectorBits = 256,
            Caches = [],
            OneCorePeak = 20,
            Peak = 20,
            NetworkBytes = 1,
            PeakBytes = 1,
            LayerKinds = [new("linear", 1, 1, 1, 1, 1)],
            Convolutions = [new(new ConvolutionShape(8, 8, 64, 64, 3, 3, 1, 1), ConvolutionPass.Forward, algorithm, 1, 1e9, share)],
        };
        Assert.Equal(isTooLow, BenchText.Lines(report).Any(line => line.Contains("measured too low", StringComparison.Ordinal)));
        using var json = new StringWriter();
        BenchJson.Write(report, json);
        Assert.Contains($"\"peak_is_too_low\": {(isTooLow ? "true" : "false")}", json.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_tables_have_the_speed_the_peak_every_kind_of_layer_and_every_convolution()
    {
        var (code, text, _) = await RunAsync(Small);
        Assert.Equal(0, code);
        Assert.StartsWith("preresnet-8, batch normalization, float32: 32x32x3 images, batch 2, 1 thread\n", text);
        Assert.Matches(@"\ntraining +\d+ images/s +[\d.]+ ms a step +[\d.]+ GFLOP/s +[\d,]+ ?% of the peak\n", text);
        Assert.Matches(@"\nevaluation +\d+ images/s +[\d.]+ ms a batch +[\d.]+ times the training's speed\n", text);
        Assert.Matches(
            @"\nmonitors +[\d.]+ ?% of the training time: a reading of [\d.]+ ms every 20 updates, a second batch of [\d.]+ ms every 100\n",
            text);
        Assert.Matches(@"\nmultiply-add peak +[\d.]+ GFLOP/s +[\d.]+ of one core, with vectors of (256|512) bits\n", text);
        Assert.Matches(@"\npeak memory +\d+ MB +\d+ MB of it the network's\n", text);
        string[] kinds =
        [
            "convolution 3x3, winograd", "convolution 3x3, direct", "convolution 3x3 / 2, direct", "convolution 1x1 / 2, direct",
            "batch normalization", "relu", "global average pooling", "linear", "bias", "cross-entropy", "laying out weights", "update",
        ];
        Assert.All(kinds, kind => Assert.Single(Regex.Matches(text, $"^{Regex.Escape(kind)} ", RegexOptions.Multiline)));

        // The stem needs no gradient of the images, and 3 channels are computed directly.
        Assert.Equal(["forward", "weight gradient"], PassesOf(text, "32x32x3-16 3x3", "direct"));
        Assert.Equal(["forward", "data gradient", "weight gradient"], PassesOf(text, "8x8x64-64 3x3", "winograd"));
        Assert.Equal(["forward", "data gradient", "weight gradient"], PassesOf(text, "8x8x64-64 3x3", "direct"));
        Assert.Equal(["forward", "data gradient", "weight gradient"], PassesOf(text, "16x16x32-64 1x1/2", "direct"));
    }

    [Fact]
    public async Task With_direct_kernels_nothing_is_computed_in_winograds_form()
    {
        var (_, text, _) = await RunAsync([.. Small, "--convolution", "direct", "--precision", "float64", "--norm", "group"]);
        Assert.StartsWith("preresnet-8, group normalization, float64, direct kernels: ", text);
        Assert.DoesNotContain(" winograd ", text);
        Assert.Contains("convolution 3x3, direct ", text);
    }

    [Fact]
    public async Task Json_has_the_same_figures_under_fixed_keys()
    {
        var (code, text, _) = await RunAsync([.. Small, "--json"]);
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(text);
        var root = json.RootElement;
        Assert.Equal(
            ["model", "norm", "precision", "convolution", "batch", "threads", "rounds", "images_per_second", "step_seconds", "step_gflops",
                "evaluation_seconds", "monitors", "peak_gflops",
                "one_core_peak_gflops", "peak_is_too_low", "vector_bits", "caches",
                "peak_memory_bytes", "network_memory_bytes", "layer_kinds", "convolutions"],
            root.EnumerateObject().Select(property => property.Name));
        Assert.Equal(2 / root.GetProperty("step_seconds").GetDouble(), root.GetProperty("images_per_second").GetDouble(), 1e-9 * 2);
        Assert.True(root.GetProperty("peak_memory_bytes").GetInt64() > root.GetProperty("network_memory_bytes").GetInt64());

        var monitors = root.GetProperty("monitors");
        double Number(string key) => monitors.GetProperty(key).GetDouble();
        // One round, so no medians apart: the share follows from the parts.
        Assert.Equal(
            (Number("reading_seconds") / Number("reading_every") + Number("noise_seconds") / Number("noise_every"))
                / root.GetProperty("step_seconds").GetDouble(),
            Number("share"), 1e-9);

        var convolutions = root.GetProperty("convolutions").EnumerateArray().ToList();
        Assert.All(convolutions, row => Assert.Equal(
            ["shape", "pass", "algorithm", "seconds", "gflops", "peak_share"], row.EnumerateObject().Select(property => property.Name)));

        // 2 images x 64 outputs x 9 taps x 64 x 64 channels, a multiplication and an addition each.
        var row = convolutions.First(row => row.GetProperty("shape").GetString() == "8x8x64-64 3x3");
        double operations = row.GetProperty("gflops").GetDouble() * 1e9 * row.GetProperty("seconds").GetDouble();
        Assert.Equal(2.0 * 2 * 64 * 9 * 64 * 64, operations, 1);
        Assert.Equal(1,
            root.GetProperty("layer_kinds").EnumerateArray().Single(kind => kind.GetProperty("kind").GetString() == "linear")
                .GetProperty("layers").GetInt32());
    }

    [Fact]
    public void A_server_answers_each_line_with_one_line_of_json()
    {
        var answers = Serve("describe\nstep\nevaluate\nconv forward 64\nconv   data 64 \nconv weight 64\n");
        Assert.Equal(6, answers.Count);
        Assert.Equal(("preresnet-8", 2, 2, "float32", "auto"), (
            answers[0].GetProperty("model").GetString(), answers[0].GetProperty("batch").GetInt32(),
            answers[0].GetProperty("threads").GetInt32(),
            answers[0].GetProperty("precision").GetString(), answers[0].GetProperty("convolution").GetString()));
        Assert.Equal(["step", "evaluate", "conv forward 64", "conv data 64", "conv weight 64"],
            answers.Skip(1).Select(answer => answer.GetProperty("name").GetString()));
        Assert.All(answers.Skip(1),
            answer => Assert.True(answer.GetProperty("seconds").GetDouble() > 0 && answer.GetProperty("repetitions").GetInt32() >= 5));
        Assert.Equal(2 / answers[1].GetProperty("seconds").GetDouble(), answers[1].GetProperty("images_per_second").GetDouble(), 1e-6);
    }

    [Theory]
    [InlineData("steps")]
    [InlineData("conv forward 48")]
    [InlineData("conv sideways 16")]
    [InlineData("")]
    public void A_server_says_what_it_cannot_measure_and_goes_on(string name)
    {
        var answers = Serve($"{name}\ndescribe\n");
        Assert.StartsWith($"no measurement '{name}': expected step, evaluate, conv forward|data|weight 16|32|64",
            answers[0].GetProperty("error").GetString());
        Assert.True(answers[1].TryGetProperty("etalon", out _));
    }

    [Theory]
    [InlineData("--model", "preresnet9", "6n+2")]
    [InlineData("--model", "vgg", "no such model")]
    [InlineData("--norm", "weight", "weight")]
    [InlineData("--precision", "float16", "float16")]
    [InlineData("--batch", "0", "--batch is 0; it must be at least 1")]
    [InlineData("--threads", "-1", "--threads is -1; at least 1 and at most 1024 threads compute")]
    [InlineData("--vectors", "128", "--vectors is 128; it must be 256 or 512")]
    [InlineData("--hidden", "12", "only an mlp has hidden layers")]
    [InlineData("--hidden", "8], norm: [x", "--hidden 8], norm: [x: \"8]\" must be a whole number")]
    [InlineData("--model", "x: y", "--model: model.name = \"x: y\": no such model")]
    [InlineData("--rounds", "0", "--rounds is 0; it must be at least 1")]
    public async Task An_impossible_setting_is_bad_input(string option, string value, string said)
    {
        var (code, text, error) = await RunAsync("bench", option, value);
        Assert.Equal(2, code);
        Assert.Empty(text);
        Assert.Contains(said, error);
    }

    private static IEnumerable<string> PassesOf(string text, string shape, string algorithm) =>
        Regex.Matches(text, $@"^{Regex.Escape(shape)} +(forward|data gradient|weight gradient) +{algorithm} +[\d.,]+ +[\d.,]+ +[\d.,]+ ?%$",
            RegexOptions.Multiline)
            .Select(match => match.Groups[1].Value);

    private static List<JsonElement> Serve(string lines)
    {
        using var output = new StringWriter();
        BenchCommand.Serve<float>(PreResNet8, batch: 2, threads: 2, new StringReader(lines), output);
        return [.. output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement)];
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using StringWriter output = new(), error = new();
        int code = await CommandLine.RunAsync(args, output, error);
        return (code, output.ToString(), error.ToString());
    }
}
