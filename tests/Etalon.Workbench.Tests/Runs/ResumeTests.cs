using System.Diagnostics;
using Etalon.Lab;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Runs;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Theory]
    [InlineData(1)]
    [InlineData(4)] // after an epoch, before its evaluation
    [InlineData(6)] // in the middle of an epoch and of a line of metrics
    [InlineData(27)]
    [InlineData(28)] // all updates done, the last evaluation not
    public void A_stopped_run_ends_with_the_bytes_of_the_whole_one(long step)
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), step);
        Assert.Empty(SmallRun.Resume(run));
        SmallRun.AssertSame(whole, run);
    }

    [Theory]
    [InlineData("precision=float64")]
    [InlineData("optimizer={nesterov: true, decay: decoupled}")]
    [InlineData("optimizer.dampening=0.5")]
    [InlineData("data={set: ps10, batch: 64, train: 250, test: 100, seed: 2}", "model={name: mlp, hidden: [32]}")]
    [InlineData("data.label_noise.fraction=0.3", "data.patches={fraction: 0.5, size: 3}")]
    [InlineData("equivalent.form=texp++")]
    [InlineData("equivalent.form=texp++", "weight_decay=0.01", "learning_rate=0.2")]
    [InlineData("model={name: mlp, hidden: [32], norm: layer}")]
    [InlineData("log={monitors: 1ba, noise: 2ba}")]
    [InlineData("log={monitors: 3ba, noise: 5ba}", "equivalent.form=texp++")]
    public void Every_kind_of_run_resumes_to_the_bit(params string[] overrides)
    {
        string whole = SmallRun.Whole(In("whole"), overrides), run = SmallRun.Stopped(In("stopped"), 5, overrides);
        SmallRun.ResumedAndStopped(run, 22);
        SmallRun.Resume(run, threads: 2);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void The_result_of_a_resumed_run_is_that_of_the_whole_one()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 25);
        double before;
        using (var checkpoint = Checkpoint.Open(new CheckpointFolder(run).PathOf(25))) before = RunProgress.Of(checkpoint).Seconds;
        SmallRun.Resume(run, threads: 2);
        RunResult expected = RunSummary.Read(whole).Result!, found = RunSummary.Read(run).Result!;
        Assert.Equal(expected with { Seconds = 0, ImagesPerSecond = 0 }, found with { Seconds = 0, ImagesPerSecond = 0 });
        // The seconds of the result are rounded to thousandths.
        Assert.InRange(found.Seconds, before - 0.001, double.MaxValue);
    }

    [Fact]
    public void The_last_two_checkpoints_and_the_best_are_kept()
    {
        string run = SmallRun.Whole(In("runs"));
        long best = RunSummary.Read(run).Result!.BestStep!.Value;
        var kept = new CheckpointFolder(run).Steps();
        Assert.Equal(new[] { 28, 24, best }.Distinct().OrderDescending(), kept);
        foreach (long step in kept)
        {
            using var checkpoint = Checkpoint.Open(new CheckpointFolder(run).PathOf(step));
            Assert.Equal(step, checkpoint.Step);
        }
    }

    [Fact]
    public void The_best_is_kept_though_no_interval_falls_on_it()
    {
        string run = SmallRun.Whole(In("runs"), "checkpoint.every=1000ba");
        long best = RunSummary.Read(run).Result!.BestStep!.Value;
        Assert.InRange(best, 1, 24);
        Assert.Equal([28, best], new CheckpointFolder(run).Steps().Where(step => step == 28 || step == best));
    }

    [Fact]
    public void A_checkpoint_comes_as_often_as_the_recipe_says_and_the_interval_is_no_part_of_its_hash()
    {
        string run = SmallRun.Stopped(In("runs"), 15, "checkpoint.every=7ba");
        Assert.Contains(14, new CheckpointFolder(run).Steps());
        Assert.Equal(SmallRun.Spec().Hash, SmallRun.Spec("checkpoint.every=7ba", "checkpoint.every_minutes=0.5").Hash);
        Assert.Throws<InputException>(() => SmallRun.Spec("checkpoint.every_minutes=0"));
        Assert.Throws<InputException>(() => SmallRun.Spec("checkpoint.every=0ba"));
    }

    [Fact]
    public void Keeping_preresnet_20_holds_training_up_for_less_than_20_ms_at_the_median()
    {
        var recipe = SmallRun.Spec("model.name=preresnet-20", "model.width=16");
        using var trainer = new Trainer<float>(recipe, Etalon.Lab.Data.DataCatalog.Load("digits"), 2);
        var folder = new CheckpointFolder(_folder.Path);
        folder.Prepare();
        using var writer = new CheckpointWriter(folder, trainer.State.Tensors, () => { });
        var stalls = new List<double>();
        for (int i = 0; i < 21; i++)
        {
            long start = Stopwatch.GetTimestamp();
            writer.Begin(i, [], new Dictionary<string, string> { ["step"] = $"{i}" });
            stalls.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            start = Stopwatch.GetTimestamp();
            writer.Finish();
            TestContext.Current.SendDiagnosticMessage(
                $"held up for {stalls[^1]:0.00} ms, on the disk after {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0} ms more");
        }
        Assert.InRange(stalls.Order().ElementAt(10), 0, 20);
    }

    [Fact]
    public void With_minutes_a_checkpoint_comes_when_they_are_over()
    {
        // So few that each update is later.
        string run = SmallRun.Stopped(In("runs"), 6, "checkpoint={every: 1000ba, every_minutes: 1e-9}");
        Assert.Equal([6L, 5L], new CheckpointFolder(run).Steps().Take(2));
    }

    [Fact]
    public void A_torn_line_and_lines_past_the_checkpoint_are_cut_off()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 9);
        File.AppendAllText(Path.Combine(run, "metrics.jsonl"), "{\"step\":11,\"epoch\":3}\n{\"step\":14,\"tra");
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Theory]
    [InlineData("step-15.safetensors")]
    [InlineData("metrics.jsonl")]
    public void Where_the_last_checkpoint_is_damaged_or_its_metrics_are_gone_the_one_before_is_used_and_said_so(string damaged)
    {
        // A line of metrics lies between the checkpoints after 12 and 15 updates.
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 15);
        string path =
            damaged.StartsWith("step", StringComparison.Ordinal) ? Path.Combine(run, "checkpoints", damaged) : Path.Combine(run, damaged);
        if (damaged == "metrics.jsonl")
        {
            using var earlier = Checkpoint.Open(new CheckpointFolder(run).PathOf(12));
            File.WriteAllBytes(path, File.ReadAllBytes(path)[..(int)earlier.Integer("metrics_bytes")]);
        }
        else
        {
            byte[] bytes = File.ReadAllBytes(path);
            bytes[bytes.Length / 2] ^= 1;
            File.WriteAllBytes(path, bytes);
        }
        var notes = SmallRun.Resume(run);
        Assert.Contains("step-15", notes[0], StringComparison.Ordinal);
        Assert.Contains("step-12", notes[1], StringComparison.Ordinal);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_cleared_away()
    {
        string run = SmallRun.Stopped(In("runs"), 13);
        File.WriteAllText(new CheckpointFolder(run).PathOf(14) + ".tmp", "half");
        File.WriteAllText(Path.Combine(run, "result.json.4711.tmp"), "{");
        Assert.Empty(SmallRun.Resume(run));
        Assert.Empty(Directory.GetFiles(run, "*.tmp", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_checkpoint_under_the_name_of_another_step_is_not_used()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 13);
        var checkpoints = new CheckpointFolder(run);
        File.Copy(checkpoints.PathOf(12), checkpoints.PathOf(20));
        var notes = SmallRun.Resume(run);
        Assert.Contains("it holds the state after update 12, not 20", notes[0], StringComparison.Ordinal);
        Assert.Contains("step-13", notes[1], StringComparison.Ordinal);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void Where_no_checkpoint_is_good_the_run_is_refused_and_left_as_it_is()
    {
        string run = SmallRun.Stopped(In("runs"), 13);
        string[] checkpoints = Directory.GetFiles(Path.Combine(run, "checkpoints"));
        foreach (string path in checkpoints) File.WriteAllText(path, "");
        string metrics = File.ReadAllText(Path.Combine(run, "metrics.jsonl"));
        var problem = Assert.Throws<InputException>(() => SmallRun.Resume(run));
        Assert.Equal(checkpoints.Length + 1, problem.Problems.Count);
        Assert.Equal(metrics, File.ReadAllText(Path.Combine(run, "metrics.jsonl")));

        Directory.Delete(Path.Combine(run, "checkpoints"), recursive: true);
        Assert.Contains("metrics but no checkpoint", Assert.Throws<InputException>(() => SmallRun.Resume(run)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_that_ended_before_its_first_checkpoint_begins_anew()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("stopped"), 2);
        Directory.Delete(Path.Combine(run, "checkpoints"), recursive: true);
        File.WriteAllText(Path.Combine(run, "metrics.jsonl"), "");
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void A_changed_recipe_is_refused_with_the_difference_and_a_comment_is_no_change()
    {
        string run = SmallRun.Stopped(In("runs"), 5), recipe = Path.Combine(run, "recipe.yaml"),
            resolved = Path.Combine(run, "resolved.json");
        string text = File.ReadAllText(recipe), json = File.ReadAllText(resolved);

        File.WriteAllText(recipe, text.Replace("5e-4", "5e-3", StringComparison.Ordinal));
        Assert.Contains("weight_decay was 0.0005, is 0.005", Refused(run), StringComparison.Ordinal);
        File.WriteAllText(recipe, "nonsense");
        Assert.Contains("is no recipe now", Refused(run), StringComparison.Ordinal);
        File.WriteAllText(recipe, text);

        File.WriteAllText(resolved, json.Replace("\"momentum\": 0.9", "\"momentum\": 0.8", StringComparison.Ordinal));
        Assert.Contains("momentum was 0.9, is 0.8", Refused(run), StringComparison.Ordinal);
        File.WriteAllText(resolved, json);

        File.WriteAllText(recipe, text + "\n# a comment\n");
        SmallRun.Resume(run);
    }

    [Fact]
    public void Another_arithmetic_and_other_data_are_refused_together()
    {
        string run = SmallRun.Stopped(In("runs"), 5);
        foreach (long step in new CheckpointFolder(run).Steps())
            Rewrite(new CheckpointFolder(run).PathOf(step), ("etalon", "0.0.1"), ("arithmetic", "1"), ("data_sha256", "abc"));
        string message = Refused(run);
        Assert.Contains(
            $"computed with arithmetic 1 (etalon 0.0.1), and this etalon computes with {Arithmetic.Version}; going on is not exact",
            message, StringComparison.Ordinal);
        Assert.Contains("content hash abc", message, StringComparison.Ordinal);
        Assert.Contains("etalon fork", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1")]
    [InlineData(null)]
    public async Task A_run_of_another_arithmetic_goes_on_only_with_a_flag_and_the_words_not_exact(string? arithmetic)
    {
        string run = SmallRun.Stopped(In("runs"), 5);
        foreach (long step in new CheckpointFolder(run).Steps())
            Rewrite(new CheckpointFolder(run).PathOf(step), ("etalon", "0.0.1"), ("arithmetic", arithmetic));
        Assert.EndsWith($"to go on nevertheless: etalon resume {run} --inexact", Refused(run), StringComparison.Ordinal);
        var (code, _, error) = await Cli.Run("resume", run, "--inexact");
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains($"not exact: computed with arithmetic 1 so far, and with {Arithmetic.Version} from here on", error,
            StringComparison.Ordinal);
        Assert.Contains($$"""{"step":5,"arithmetic":{{Arithmetic.Version}}}""",
            RunSummary.Read(run).Resolved["arithmetic_changes"]!.ToJsonString(), StringComparison.Ordinal);
        using var last = Checkpoint.Open(new CheckpointFolder(run).PathOf(28));
        Assert.Equal(Arithmetic.Version, Arithmetic.Of(last));
    }

    [Fact]
    public void A_run_whose_momentum_comes_late_resumes_to_the_bit_with_the_buffers_it_did_not_have()
    {
        string[] late = ["momentum=[{constant: {value: 0, for: 8ba}}, {constant: {value: 0.9}}]", "optimizer.dampening=0.5"];
        string run = SmallRun.Stopped(In("runs"), 5, late), whole = SmallRun.Whole(In("whole"), late);
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public void Another_version_of_etalon_with_the_same_arithmetic_goes_on_exactly()
    {
        string run = SmallRun.Stopped(In("runs"), 5), whole = SmallRun.Whole(In("whole"));
        foreach (long step in new CheckpointFolder(run).Steps()) Rewrite(new CheckpointFolder(run).PathOf(step), ("etalon", "0.0.1"));
        Assert.Empty(SmallRun.Resume(run));
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public async Task A_fork_of_another_arithmetic_says_that_it_is_not_exact()
    {
        string run = SmallRun.Stopped(In("runs"), 5);
        foreach (long step in new CheckpointFolder(run).Steps()) Rewrite(new CheckpointFolder(run).PathOf(step), ("arithmetic", null));
        var (code, _, error) = await Cli.Run("fork", run, "weight_decay=0.001", "--runs", In("runs"));
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("not exact: computed with arithmetic 1 so far", error, StringComparison.Ordinal);
        Assert.Equal(1, (int)RunSummary.Read(In("runs/small-2")).Resolved["parent"]!["arithmetic"]!);
    }

    [Fact]
    public void A_checkpoint_that_was_written_with_decimal_commas_is_read()
    {
        string whole = SmallRun.Whole(In("whole")), run = SmallRun.Stopped(In("runs"), 20);
        foreach (long step in new CheckpointFolder(run).Steps())
        {
            string path = new CheckpointFolder(run).PathOf(step);
            (string Key, string? Value)[] written;
            using (var checkpoint = Checkpoint.Open(path))
                written = [.. checkpoint.Metadata.Where(text => double.TryParse(text.Value, out _))
                    .Select(text => (text.Key, (string?)text.Value.Replace('.', ',').Replace('-', '\u2212')))];
            Assert.Contains(written, text => text.Value!.Contains(',', StringComparison.Ordinal));
            Rewrite(path, written);
        }
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
    }

    [Fact]
    public async Task A_finished_run_has_nothing_to_resume_and_a_stranger_none_at_all()
    {
        string run = SmallRun.Whole(In("runs"));
        var (code, output, _) = await Cli.Run("resume", run);
        Assert.Equal(ExitCode.Done, code);
        Assert.StartsWith("nothing to do: all 28 updates are done", output, StringComparison.Ordinal);
        Assert.Equal(ExitCode.BadInput, (await Cli.Run("resume", _folder.Path)).Code);
        Assert.Equal(ExitCode.BadInput, (await Cli.Run("resume", In("nothing"))).Code);
    }

    [Fact]
    public async Task A_fork_goes_on_with_the_weights_and_new_numbers_names_its_parent_and_resumes_itself()
    {
        string run = SmallRun.Whole(In("runs"));
        var (code, _, error) = await Cli.Run("fork", "small", "--at", "24", "duration=10ep", "learning_rate=0.01", "--runs", In("runs"));
        Assert.Equal(ExitCode.Done, code);
        Assert.Contains("a is parent, b is fork", error, StringComparison.Ordinal);
        var fork = RunSummary.Read(run + "-2");
        Assert.Equal((RunStatus.Done, 40L), (fork.Status, fork.Result!.Steps));
        Assert.Equal(24, (long)fork.Resolved["parent"]!["step"]!);
        Assert.All(fork.Metrics.Where(line => line.ContainsKey("lr")), line => Assert.Equal(0.01, line["lr"]));

        // The same fork, stopped and resumed, ends with the same bytes; and a fork without a change is the parent.
        using var cancellation = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => SmallRun.Watch(
            TrainingRun.Fork(run, 24, ["duration=10ep", "learning_rate=0.01"], In("runs"), 1),
            new SmallRun.Stopper { At = 33, Stop = cancellation.Cancel }, cancellation.Token));
        SmallRun.Resume(run + "-3");
        SmallRun.AssertSame(run + "-2", run + "-3");
        await Cli.Run("fork", "small", "--at", "24", "--runs", In("runs"));
        using var end = Checkpoint.Open(new CheckpointFolder(run).PathOf(28));
        using var same = Checkpoint.Open(new CheckpointFolder(run + "-4").PathOf(28));
        Assert.Equal(end.Text(CheckpointSeal.TensorsKey), same.Text(CheckpointSeal.TensorsKey));
    }

    [Theory]
    [InlineData("at the end", "--at", "28")]
    [InlineData("no checkpoint after update 5", "--at", "5")]
    [InlineData("stem.weight", "duration=9ep", "model.width=8")]
    [InlineData("F64", "duration=9ep", "precision=float64")]
    [InlineData("unknown key", "duration=9ep", "learning_rat=1")]
    [InlineData("equivalent.form = exponential", "duration=9ep", "equivalent.form=exponential")]
    public async Task A_fork_that_cannot_go_on_is_refused_and_leaves_nothing_behind(string cause, params string[] words)
    {
        SmallRun.Whole(In("runs"));
        var (code, _, error) = await Cli.Run(["fork", "small", .. words, "--runs", In("runs")]);
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains(cause == "at the end" ? "longer duration" : cause, error, StringComparison.Ordinal);
        Assert.Single(Directory.GetDirectories(In("runs")));
    }

    [Fact]
    public void Ten_lines_of_numpy_load_the_weights()
    {
        const string Script = """
            import json, sys, numpy as np
            with open(sys.argv[1], 'rb') as f:
                length = int.from_bytes(f.read(8), 'little')
                header = json.loads(f.read(length))
                data = f.read()
            step = header.pop('__metadata__')['step']
            weights = {name: np.frombuffer(data[slice(*t['data_offsets'])], {'F32': '<f4', 'F64': '<f8'}[t['dtype']]).reshape(t['shape'])
                       for name, t in header.items()}
            print(step, weights['stem.weight'].shape, repr(float(weights['stem.weight'].astype('f8').sum())))
            """;
        Assert.SkipWhen(SmallRun.Execute("/usr/bin/python3", "-c", "import numpy").Code != 0, "numpy is not installed");
        string run = SmallRun.Whole(In("runs"));
        var (code, output) = SmallRun.Execute("/usr/bin/python3", "-c", Script, new CheckpointFolder(run).PathOf(28));
        Assert.True(code == 0, output);

        using var trainer = new Trainer<float>(SmallRun.Spec(), Etalon.Lab.Data.DataCatalog.Load("digits"), 1);
        using var checkpoint = Checkpoint.Open(new CheckpointFolder(run).PathOf(28));
        trainer.State.Restore(checkpoint);
        var stem = trainer.Network.Parameters["stem.weight"];
        double sum = 0;
        foreach (float weight in stem.Span) sum += weight;
        string[] words = output.Trim().Split(' ');
        Assert.Equal(("28", $"({string.Join(", ", stem.Shape)})"), (words[0], string.Join(' ', words[1..^1])));
        Assert.Equal(sum, double.Parse(words[^1]), 1e-9);
    }

    private static string Refused(string run)
    {
        string before = File.ReadAllText(Path.Combine(run, "metrics.jsonl"));
        string message = Assert.Throws<InputException>(() => SmallRun.Resume(run)).Message;
        Assert.Equal(before, File.ReadAllText(Path.Combine(run, "metrics.jsonl")));
        return message;
    }

    private static void Rewrite(string path, params (string Key, string? Value)[] texts)
    {
        byte[] header, tensors;
        using (var file = CheckpointTensors.Open(path))
        {
            var metadata = file.Metadata.ToDictionary();
            foreach (var (key, value) in texts)
                if (value is null) metadata.Remove(key);
                else metadata[key] = value;
            tensors = File.ReadAllBytes(path)[file.HeaderBytes.Length..];
            header = CheckpointSeal.Seal(metadata, file.Entries, tensors);
        }
        File.WriteAllBytes(path, [.. header, .. tensors]);
    }
}
