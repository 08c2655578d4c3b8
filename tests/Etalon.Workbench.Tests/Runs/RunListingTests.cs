using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Runs;

/// <summary>Lists of runs, and metrics that are read as a stream.</summary>
public sealed class RunListingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Theory]
    [InlineData("result.json", "")]
    [InlineData("result.json", "{")]
    [InlineData("result.json", "null")]
    [InlineData("result.json", "[1]")]
    [InlineData("result.json", """{"status": 7, "steps": "many"}""")]
    [InlineData("result.json", """{"status": "done"}""")]
    [InlineData("result.json", """{"status": 1, "steps": 28}""")]
    [InlineData("result.json", """{"status": "done", "steps": 28, "steps": 27}""")]
    [InlineData("resolved.json", """{"recipe": {}, "recipe": {}}""")]
    [InlineData("resolved.json", "")]
    [InlineData("resolved.json", "[]")]
    [InlineData("metrics.jsonl", "{\"step\":1}\nnonsense\n")]
    [InlineData("metrics.jsonl", "{\"epoch\":1}\n")]
    [InlineData("metrics.jsonl", "{\"step\":-1}\n")]
    [InlineData("metrics.jsonl", "{\"step\":9223372036854775807}\n")]
    public async Task A_damaged_run_is_marked_with_the_reason_and_hides_no_other(string file, string text)
    {
        foreach (string name in (string[])["a", "b", "c"]) MakeRun(name, """{"step":4,"epoch":1}""");
        File.WriteAllText(Path.Combine(In("c"), "result.json"),
            """{"status": "done", "steps": 28, "seconds": 1, "images_per_second": 1, "threads": 1}""");
        File.WriteAllText(Path.Combine(In("b"), file), text);

        var runs = RunListing.Of(_folder.Path);
        Assert.Equal([("a", RunStatus.Unfinished, 5), ("b", RunStatus.Damaged, null), ("c", RunStatus.Done, 28)],
            runs.Select(run => (run.Name, run.Status, run.Updates)));
        Assert.Contains(Path.Combine(In("b"), file), runs[1].Fault, StringComparison.Ordinal);
        var (code, output, _) = await Cli.Run("runs", "list", "--runs", _folder.Path);
        Assert.Equal((ExitCode.Done, 4), (code, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length));
        using var json = JsonDocument.Parse((await Cli.Run("runs", "list", "--json", "--runs", _folder.Path)).Output);
        Assert.Equal(["unfinished", "damaged", "done"],
            json.RootElement.EnumerateArray().Select(run => run.GetProperty("status").GetString()));
        Assert.Equal(runs[1].Fault, json.RootElement[1].GetProperty("fault").GetString());
    }

    [Fact]
    public void A_file_that_cannot_be_read_is_a_reason_too()
    {
        MakeRun("a", "");
        MakeRun("b", "");
        // A link to itself is refused to everybody, root too.
        File.Delete(Path.Combine(In("a"), "metrics.jsonl"));
        File.CreateSymbolicLink(Path.Combine(In("a"), "metrics.jsonl"), "metrics.jsonl");
        File.CreateSymbolicLink(Path.Combine(In("a"), "result.json"), "result.json");
        Assert.Equal([RunStatus.Damaged, RunStatus.Unfinished], RunListing.Of(_folder.Path).Select(run => run.Status));
    }

    [Theory]
    [InlineData("result.json")]
    [InlineData("resolved.json")]
    [InlineData("metrics.jsonl")]
    public async Task A_pipe_or_a_device_in_the_place_of_a_file_is_refused_and_not_waited_for(string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders");
        MakeRun("a");
        MakeRun("b");
        foreach (string name in (string[])["a", "b"]) File.Delete(Path.Combine(In(name), file));
        Assert.Equal(0, SmallRun.Execute("mkfifo", Path.Combine(In("a"), file)).Code);
        File.CreateSymbolicLink(Path.Combine(In("b"), file), "/dev/zero");
        Assert.Equal([$"{Path.Combine(In("a"), file)} is a pipe", $"{Path.Combine(In("b"), file)} is a device"],
            RunListing.Of(_folder.Path).Select(run => run.Fault?.Split(',')[0]));
        var (code, _, said) = await Cli.Run("runs", "show", In("a"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains($"{file} is a pipe", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_cannot_be_looked_into_is_not_said_to_be_no_run()
    {
        // A link to itself leads nowhere for root too, whom no mode keeps out.
        File.CreateSymbolicLink(In("a"), "a");
        Assert.Throws<IOException>(() => RunSummary.Open(In("a")));
        Assert.Throws<IOException>(() => ResolvedRecipe.Read(In("a")));
        Assert.Throws<IOException>(() => RunFolder.Open(In("a"), cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_pipe_in_the_place_of_a_checkpoint_is_passed_over_as_a_damaged_one_is()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes in folders");
        string run = SmallRun.Stopped(In("runs"), 13), last = new CheckpointFolder(run).PathOf(13);
        File.Delete(last);
        Assert.Equal(0, SmallRun.Execute("mkfifo", last).Code);
        var notes = new List<string>();
        using var checkpoint = CheckpointChoice.Last(run, notes);
        Assert.Equal(12, checkpoint!.Step);
        Assert.StartsWith($"{last} is a pipe", Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void The_updates_of_an_unfinished_run_are_those_of_its_last_whole_line_however_long()
    {
        MakeRun("a", $$"""{"step":4}{{"\n"}}{"step":7,"long":"{{new string('x', 300_000)}}"}""", "{\"step\":9,\"ep");
        MakeRun("b");
        MakeRun("c", "{\"step\":0}");
        Assert.Equal([8, null, 1], RunListing.Of(_folder.Path).Select(run => run.Updates));
    }

    [Fact]
    public void Lines_longer_than_a_block_and_names_with_escapes_are_read_as_any_other()
    {
        string name = $"norm/\u00e4{new string('x', 200_000)}";
        MakeRun("a", JsonSerializer.Serialize(new Dictionary<string, double> { ["step"] = 0, [name] = 1.5 }),
            """{"step":1,"b":"Infinity","c":{"d":[1,2]},"e":-2.5e-3}""");
        var lines = MetricsFile.Read(Path.Combine(In("a"), "metrics.jsonl"));
        Assert.Equal(1.5, lines[0][name]);
        Assert.Equal(["step", "b", "c", "e"], lines[1].Keys);
        Assert.Equal([1, double.NaN, double.NaN, -0.0025], lines[1].Values);
    }

    [Fact]
    public void A_damaged_line_is_named_by_its_number()
    {
        MakeRun("a", "{\"step\":0}", "{\"step\":1", "{\"step\":2}");
        var problem = Assert.Throws<InputException>(() => MetricsFile.With("test/accuracy", Path.Combine(In("a"), "metrics.jsonl")));
        Assert.Contains("line 2 is not", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Show_as_json_has_each_line_of_the_metrics_as_it_stands_in_the_file()
    {
        string run = SmallRun.Whole(In("runs"));
        using var json = JsonDocument.Parse((await Cli.Run("runs", "show", run, "--json")).Output);
        Assert.Equal(File.ReadLines(Path.Combine(run, "metrics.jsonl")),
            json.RootElement.GetProperty("metrics").EnumerateArray().Select(line => line.GetRawText()));
        Assert.Equal("done", json.RootElement.GetProperty("status").GetString());
    }

    [Fact]
    public void Of_more_rows_than_memory_should_hold_every_second_or_fourth_is_kept_and_said_so()
    {
        MakeRun("a", [.. Enumerable.Range(0, 1000).Select(step => $$"""{"step":{{step}},"norm/w":{{step + 1}},"gradsq/w":2,"lr":7}""")]);
        MonitorRows all = MonitorRows.Read(In("a")), few = MonitorRows.Read(In("a"), mostCells: 600);
        Assert.Equal((1, 1000), (all.Stride, all.Steps.Length));
        Assert.Equal(4, few.Stride);
        Assert.Equal(Enumerable.Range(0, 250).Select(row => 4L * row), few.Steps);
        Assert.Equal(few.Steps.Select(step => step + 1.0), few.Column("norm/w"));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("1e30")]
    [InlineData("1e400")]
    public void A_step_that_no_update_has_is_named_with_its_line(string step)
    {
        MakeRun("a", """{"step":3,"norm/w":2}""", $$"""{"step":{{step}},"norm/w":2}""");
        Assert.Contains("metrics.jsonl: line 2 has the step", Assert.Throws<InputException>(() => MonitorRows.Read(In("a"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_step_behind_the_end_of_the_recipe_is_no_time_at_which_to_forecast()
    {
        string run = SmallRun.Whole(In("runs"));
        Assert.NotEmpty(RunGradients.Of(run));
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"step\":28,\"norm/scale_invariant\":2,\"gradsq/scale_invariant\":1}\n");
        Assert.Contains("its recipe has 28", Assert.Throws<InputException>(() => RunGradients.Of(run)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_of_one_update_are_one_row_with_the_first_number_that_can_be()
    {
        MakeRun("a", """{"step":3,"norm/w":-1}""", """{"step":0,"norm/w":5}""", """{"step":3,"norm/w":2,"dot/w":0.5}""",
            """{"step":3,"norm/w":9}""");
        var rows = MonitorRows.Read(In("a"));
        Assert.Equal([0, 3], rows.Steps);
        Assert.Equal([5, 2], rows.Column("norm/w"));
        Assert.Equal([double.NaN, 0.5], rows.Column("dot/w"));
    }

    private void MakeRun(string name, params string[] lines)
    {
        Directory.CreateDirectory(In(name));
        File.WriteAllText(Path.Combine(In(name), "resolved.json"), """{"recipe": {}}""");
        // The last line has its newline unless it is torn.
        string text = string.Join('\n', lines);
        File.WriteAllText(Path.Combine(In(name), "metrics.jsonl"), text + (text.EndsWith('}') ? "\n" : ""));
    }
}
