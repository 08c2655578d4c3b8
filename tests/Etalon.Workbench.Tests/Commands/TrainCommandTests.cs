using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;

namespace Etalon.Workbench.Tests.Commands;

public sealed class TrainCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private Task<(int Code, string Output, string Error)> Train(params string[] words) =>
        Cli.Run(["train", Cli.Recipe("digits.yaml"), "duration=2ep", "model.width=4", "--runs", _folder.Path, .. words]);

    [Fact]
    [Trait("speed", "slow")]
    public async Task The_quick_start_reaches_97_percent_on_the_digits()
    {
        var (code, output, _) = await Cli.Run("train", Cli.Recipe("digits.yaml"), "--runs", _folder.Path, "--json");
        Assert.Equal(ExitCode.Done, code);
        using var json = JsonDocument.Parse(output);
        Assert.InRange(json.RootElement.GetProperty("test_accuracy").GetDouble(), 0.97, 1);
    }

    [Theory]
    [InlineData("training needs data: add", "data=null", "steps_per_epoch=5")]
    [InlineData("training needs data and a model", "model=null")]
    public async Task What_training_needs_is_told_where_it_is_missing(string message, params string[] changes)
    {
        var (code, output, error) =
            await Cli.Run(["train", Cli.Recipe("digits.yaml"), "duration=2ba", .. changes, "--runs", _folder.Path]);
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_run_is_a_folder_with_recipe_resolved_metrics_and_result()
    {
        var (code, output, error) = await Train("--threads", "2");
        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith("test accuracy", output, StringComparison.Ordinal);
        Assert.Contains("epoch 2/2", error, StringComparison.Ordinal);

        var run = RunSummary.Read(Path.Combine(_folder.Path, "digits"));
        Assert.Equal((RunStatus.Done, 46L, 2), (run.Status, run.Result!.Steps, run.Result.Threads));
        Assert.Equal(File.ReadAllText(Cli.Recipe("digits.yaml")), File.ReadAllText(Path.Combine(run.Path, "recipe.yaml")));
        Assert.Equal(["duration=2ep", "model.width=4"], run.Resolved["overrides"]!.AsArray().Select(text => (string?)text));
        Assert.Equal(64, ((string?)run.Resolved["data_sha256"])!.Length);
        var evaluations = run.Metrics.Where(line => line.ContainsKey("test/accuracy")).ToList();
        Assert.Equal([22.0, 45], evaluations.Select(line => line["step"]));
        Assert.Equal(run.Result.TestAccuracy, evaluations[^1]["test/accuracy"]);
        // A line every 10 updates and one for the last.
        var lines = run.Metrics.Where(line => line.ContainsKey("train/loss")).ToList();
        Assert.Equal([9.0, 19, 29, 39, 45], lines.Select(line => line["step"]));
        Assert.All(lines, line => Assert.Superset(
            new HashSet<string> { "epoch", "train/accuracy", "lr", "weight_decay", "momentum", "images_per_second" },
            line.Keys.ToHashSet()));
    }

    [Fact]
    public async Task Two_runs_of_one_recipe_have_two_folders_and_equal_metrics_but_for_the_speed()
    {
        await Train("--threads", "2");
        await Train("--threads", "1");
        var (code, output, _) = await Cli.Run("runs", "list", "--runs", _folder.Path);
        Assert.Equal(ExitCode.Done, code);
        Assert.Equal(3, output.TrimEnd().Split('\n').Length);

        var (one, two) = (RunSummary.Read(Path.Combine(_folder.Path, "digits")), RunSummary.Read(Path.Combine(_folder.Path, "digits-2")));
        Assert.Equal(Numbers(one), Numbers(two));

        static IEnumerable<string> Numbers(RunSummary run) =>
            run.Metrics.Select(
                line => string.Join(' ',
                    line.Where(entry => entry.Key != "images_per_second").Select(entry => $"{entry.Key}={entry.Value:R}")));
    }

    [Fact]
    public async Task A_run_shows_its_evaluations()
    {
        await Train();
        var (code, output, _) = await Cli.Run("runs", "show", "digits", "--runs", _folder.Path);
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("46 updates", output, StringComparison.Ordinal);
        Assert.Equal(2, output.Split('\n').Count(line => line.EndsWith('%')));
    }

    [Fact]
    public async Task A_run_with_a_torn_last_line_can_still_be_shown()
    {
        await Train();
        string metrics = Path.Combine(_folder.Path, "digits", "metrics.jsonl");
        await File.AppendAllTextAsync(metrics, "{\"step\":46,\"tra", TestContext.Current.CancellationToken);
        Assert.Equal(ExitCode.Done, (await Cli.Run("runs", "show", "digits", "--runs", _folder.Path)).Code);
    }

    [Fact]
    public async Task A_run_that_diverges_exits_with_3_and_says_where()
    {
        var (code, _, error) = await Train("learning_rate=1e30");
        Assert.Equal(ExitCode.Diverged, code);
        Assert.Contains("update 1", error, StringComparison.Ordinal);
        Assert.Contains("stage1.block1.conv1", error, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Diverged, RunSummary.Read(Path.Combine(_folder.Path, "digits")).Status);
    }

    [Theory]
    [InlineData("data.batch=0")]
    [InlineData("data.batch=2000 data.drop_last=true")]
    [InlineData("data.folder=/nowhere data.set=mnist")]
    [InlineData("loss.name=logistic")]
    [InlineData("model.nrom=batch")]
    [InlineData("duration=2")]
    [InlineData("learning_rate=-1")]
    [InlineData("model.name=cnn data.set=nothing")]
    public async Task Bad_input_exits_with_2_and_one_message_and_leaves_nothing_behind(string words)
    {
        var (code, output, error) = await Train(words.Split(' '));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal("", output);
        Assert.Single(error.TrimEnd().Split('\n'));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData("optimizer.groups names scale-invariant, but model.norm is none: no weight is scale-invariant without a normalization",
        "model={name: mlp, norm: none}")]
    [InlineData(
        "equivalent: optimizer.groups names scale-invariant, which the conversion governs; move its schedules to the top of the recipe",
        "equivalent.form=texp++")]
    public async Task A_class_of_parameters_is_named_as_the_recipe_writes_it(string message, string change)
    {
        var (code, _, error) = await Train("optimizer.groups.scale-invariant.weight_decay=0", change);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.EndsWith($"{message}\n", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_in_the_place_of_the_runs_folder_is_reported()
    {
        string file = Path.Combine(_folder.Path, "file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.Run("train", Cli.Recipe("digits.yaml"), "--runs", file);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal($"{file}: this folder cannot be made or written ({file} is a file); name another folder of runs with --runs\n", error);
        Assert.Equal((ExitCode.BadInput, $"--runs {file}: is a file; name the folder of all runs\n"), await List());

        async Task<(int, string)> List()
        {
            var (listed, _, refusal) = await Cli.Run("runs", "list", "--runs", file);
            return (listed, refusal);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task An_interrupted_run_exits_with_130_and_keeps_what_there_is(int signal)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS()) Assert.Skip("signals are sent by kill(2), which this system lacks");
        Signals.SkipIfIgnored(signal);
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.FileName = "dotnet";
        foreach (string word in (string[])[Path.Combine(AppContext.BaseDirectory, "etalon.dll"), "train", Cli.Recipe("digits.yaml"),
            "duration=500ep", "--runs", _folder.Path])
            start.ArgumentList.Add(word);
        using var process = Process.Start(start)!;
        // The first evaluation shows that training is under way.
        string? line;
        do line = await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken);
        while (line is not null && !line.StartsWith("epoch", StringComparison.Ordinal));
        Assert.Equal(0, Kill(process.Id, signal));
        string rest = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(ExitCode.Interrupted, process.ExitCode);
        Assert.Contains("stopped after", rest, StringComparison.Ordinal);
        var run = RunSummary.Read(Path.Combine(_folder.Path, "digits"));
        Assert.Equal(RunStatus.Interrupted, run.Status);
        Assert.NotEmpty(run.Metrics);
    }

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int process, int signal);
}
