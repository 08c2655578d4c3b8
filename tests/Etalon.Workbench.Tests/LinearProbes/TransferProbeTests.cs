using Etalon.Lab;
using Etalon.Lab.LinearProbes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.LinearProbes;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.LinearProbes;

/// <summary>A small run on digits with three stages, probed; and the command that does it.</summary>
public sealed class TransferProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _run;

    public TransferProbeTests() => _run = SmallRun.Whole(
        _folder.Path, "learning_rate={steps: {start: 0.1, at: [3ep, 5ep], factor: 0.1}}", "checkpoint={keep: stages}", "model.width=2");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_kept_checkpoint_and_the_network_before_training_are_read()
    {
        var probe = new TransferProbe(_run, [Target], threads: 1);
        // 4 updates an epoch; ends of stages after 12 and 20, the last two checkpoints after 24 and 28, and perhaps a best one.
        Assert.Superset(new HashSet<long> { 0, 12, 20, 24, 28 }, probe.Steps.ToHashSet());
        Assert.Equal(probe.Steps.Order(), probe.Steps);
        var (untrained, first, last) = (Read(probe, 0), Read(probe, 12), Read(probe, 28));
        Assert.Equal((0.0, null, 8), (untrained.Epoch, untrained.Rate, untrained.Features));
        Assert.Equal((3.0, 0.1), (first.Epoch, first.Rate));
        Assert.Equal(0.001, last.Rate!.Value, 1e-15);
        Assert.Equal(RunSummary.Read(_run).Result!.TestAccuracy, last.SourceAccuracy);
        Assert.NotEqual(untrained.Targets[0], last.Targets[0]);
        Assert.All([untrained, first, last], reading => Assert.InRange(reading.Targets[0].LogisticGradient, 0, LogisticProbe.Tolerance));
    }

    [Fact]
    public void A_reading_is_the_same_on_any_number_of_threads_and_leaves_the_run_alone()
    {
        var before = Directory.GetFiles(_run, "*", SearchOption.AllDirectories).ToDictionary(path => path, File.ReadAllBytes);
        Assert.Equal(Read(new TransferProbe(_run, [Target], threads: 1), 12).Targets[0],
            Read(new TransferProbe(_run, [Target], threads: 3), 12).Targets[0]);
        Assert.Equal(before.Keys.Order(), Directory.GetFiles(_run, "*", SearchOption.AllDirectories).Order());
        Assert.All(before, file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    [Fact]
    public async Task The_command_prints_a_table_and_json()
    {
        string[] words = ["probe", _run, "--on", "digits", "data.classes=[6, 7]", "data.train=100", "--threads", "1"];
        var (code, output, error) = await Cli.Run([.. words, "--at", "28"]);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("small on digits: 100 training and 56 test images of 8x8x1, 2 classes, 8 features", output,
            StringComparison.Ordinal);
        Assert.Equal(3, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Matches(@"\n +28 +7 +0\.001 +\d+\.\d\d % ", output);
        Assert.Equal("after update 28: probed\n", error);

        (code, output, _) = await Cli.Run([.. words, "--json"]);
        Assert.Equal(ExitCode.Done, code);
        var json = System.Text.Json.Nodes.JsonNode.Parse(output)!;
        Assert.Equal("digits", (string?)json["on"]);
        Assert.Equal(new TransferProbe(_run, [Target], threads: 1).Steps.Count, json["readings"]!.AsArray().Count);
        Assert.InRange((double)json["readings"]![1]!["targets"]![0]!["ridge_accuracy"]!, 0, 1);
    }

    [Theory]
    [InlineData("ps10 has images of 16x16x1, and the network of", "--on", "ps10", "data.train=100", "data.test=10")]
    [InlineData("reads 8x8x1; images are padded, not cut or scaled, so take another data set", "--on", "ps10", "data.train=100",
        "data.test=10")]
    [InlineData("digits has images of 12x12x1", "--on", "digits", "data.image=12x12x1")]
    [InlineData("has no checkpoint after update 7; it has 28", "--on", "digits", "--at", "7")]
    [InlineData("\"digit\" is not a data set", "--on", "digit")]
    [InlineData("train=5: only keys of data can be changed here", "--on", "digits", "train=5")]
    [InlineData("digits has 4 training", "--on", "digits", "data.train=4")]
    [InlineData("data.clases: unknown key; did you mean classes?", "--on", "digits", "data.clases=[1, 2]")]
    public async Task Bad_input_is_said_with_what_to_do(string message, params string[] words)
    {
        var (code, output, error) = await Cli.Run(["probe", _run, .. words]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(output);
    }

    [Fact]
    public void A_smaller_image_is_refused_with_the_key_that_fits_it()
    {
        string run = SmallRun.Whole(_folder.Path, "name=wide", "data.image=12x12x3", "model={name: mlp, hidden: [4]}", "duration=1ba")
            .Replace("small", "wide", StringComparison.Ordinal);
        var problem = Assert.Throws<InputException>(() => new TransferProbe(run, [Target], threads: 1));
        Assert.Contains("digits has images of 8x8x1, and the network of", problem.Message, StringComparison.Ordinal);
        Assert.Contains("reads 12x12x3; data.image=12x12x3 centers them in black and repeats the gray channel", problem.Message,
            StringComparison.Ordinal);
    }

    private static ProbeTarget Target { get; } = new("digits", DigitFeatures.Digits.OfClasses([6, 7, 8, 9]).Limit(150, 100));

    private static ProbeReading Read(TransferProbe probe, long step) => probe.Read(step, TestContext.Current.CancellationToken);
}
