using System.Text.Json.Nodes;
using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Commands;

public sealed class SweepCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_dry_run_lists_the_trials_with_number_memory_and_time_and_writes_nothing()
    {
        string runs = Path.Combine(_folder.Path, "runs");
        var (code, output, error) = await Cli.Run("sweep", WriteSweep(), "--dry-run", "--runs", runs, "--jobs", "3");
        Assert.Equal((0, ""), (code, error));
        Assert.Equal(2, output.Split('\n').Count(line => line.EndsWith("learning_rate=0.2", StringComparison.Ordinal)));
        Assert.Contains("4 trials", output, StringComparison.Ordinal);
        Assert.Contains("a trial, 3 at a time", output, StringComparison.Ordinal);
        Assert.Contains("ms an update", output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(runs));
    }

    [Fact]
    public async Task A_dry_run_on_slurm_shows_the_script_with_what_was_asked_for_and_submits_nothing()
    {
        string runs = Path.Combine(_folder.Path, "runs with 5% blanks");
        string spec = WriteSweep("\nslurm: {partition: cpu, time: 1-12, at_once: 3, signal: 120, lines: [--qos=long]}");
        var (code, output, error) = await Cli.Run(
            "sweep", spec, "--on", "slurm", "--dry-run", "--runs", runs, "--partition", "other", "--cpus", "2", "--sbatch", "--nice=10");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("4 trials in 1 task, by this script", output, StringComparison.Ordinal);
        string[] lines = output.Split('\n');
        foreach (string line in (string[])["#SBATCH --array=0-0%3", "#SBATCH --partition=other", "#SBATCH --time=1-12",
            "#SBATCH --cpus-per-task=2", "#SBATCH --signal=B:TERM@120", "#SBATCH --qos=long", "#SBATCH --nice=10", "#SBATCH --requeue"])
            Assert.Contains(line, lines);
        Assert.Contains(lines, line => line.StartsWith("#SBATCH --output=\"", StringComparison.Ordinal)
            && line.Contains("runs with 5%% blanks/sweep/slurm/", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($" --runs '{runs}' ", StringComparison.Ordinal)
            && line.Contains("--threads 2", StringComparison.Ordinal));
        Assert.False(Directory.Exists(runs));
    }

    [Theory]
    [InlineData("1", 60)]
    [InlineData("1:29", 89)]
    [InlineData("0:01:30", 90)]
    [InlineData("0-0:1", 60)]
    public async Task A_limit_that_leaves_no_time_before_the_signal_is_refused(string time, int seconds)
    {
        var (code, output, error) = await Cli.Run("sweep", WriteSweep(), "--on", "slurm", "--dry-run", "--time", time);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"slurm.time = {time} is {seconds} s, and a task is told to stop 90 s before", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2")]
    [InlineData("1:31")]
    [InlineData("1-0")]
    [InlineData("UNLIMITED")]
    public async Task Any_other_limit_is_left_to_slurm(string time)
    {
        var (code, _, error) = await Cli.Run("sweep", WriteSweep(), "--on", "slurm", "--dry-run", "--time", time);
        Assert.True(code == 0, error);
    }

    [Fact]
    public async Task What_a_sweep_asks_of_slurm_is_checked_with_all_the_rest()
    {
        var (code, _, error) = await Cli.Run("sweep", WriteSweep("\nslurm: {cpus: 0, partion: cpu}\nseed: 3"), "--dry-run");
        Assert.Equal(2, code);
        Assert.Contains("sweep.yaml:4:15: slurm.cpus = 0: must be from 1 to 1024", error, StringComparison.Ordinal);
        Assert.Contains("sweep.yaml:4:18: slurm.partion: unknown key; did you mean partition?", error, StringComparison.Ordinal);
        Assert.Contains("sweep.yaml:5:1: seed: unknown key; did you mean seeds?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_with_problems_ends_with_all_of_them_and_exit_code_2()
    {
        var (code, _, error) = await Cli.Run("sweep", WriteSweep("\nseed: 3\nmetrc: test/loss"), "--dry-run");
        Assert.Equal(2, code);
        Assert.Contains("sweep.yaml:4:1: seed: unknown key; did you mean seeds?", error, StringComparison.Ordinal);
        Assert.Contains("sweep.yaml:5:1: metrc: unknown key; did you mean metric?", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_trains_its_trials_and_status_tells_how_they_stand()
    {
        string spec = WriteSweep(), runs = Path.Combine(_folder.Path, "runs");
        var (_, before, _) = await Cli.Run("sweep", "status", spec, "--runs", runs);
        Assert.StartsWith($"{Path.Combine(runs, "sweep")}: 4 trials: 4 pending\n0 of 184 updates done", before, StringComparison.Ordinal);
        var (code, output, error) = await Cli.Run("sweep", spec, "--runs", runs, "--jobs", "1");
        Assert.Equal(0, code);
        Assert.Contains("4 trials: 4 pending; 4 to train, 1 at a time", error, StringComparison.Ordinal);
        Assert.Equal(4, error.Split('\n').Count(line => line.Contains("test accuracy", StringComparison.Ordinal)));
        Assert.Equal($"{Path.Combine(runs, "sweep")}: 4 trials: 4 done\n184 of 184 updates done\n", output);
        var (_, again, said) = await Cli.Run("sweep", spec, "--runs", runs);
        Assert.Equal(output, again);
        Assert.Contains("4 trials: 4 done; 0 to train", said, StringComparison.Ordinal);
        var (_, plan, _) = await Cli.Run("sweep", spec, "--runs", runs, "--dry-run");
        Assert.Contains("time: none", plan, StringComparison.Ordinal);

        // Two trials more.
        File.WriteAllText(spec, File.ReadAllText(spec).Replace("seeds: 2", "seeds: 3", StringComparison.Ordinal));
        var (_, more, _) = await Cli.Run("sweep", "status", spec, "--runs", runs);
        Assert.Contains("6 trials: 2 pending, 4 done\n184 of 276 updates done\nabout ", more, StringComparison.Ordinal);
        Assert.Contains(" left with 1 at a time", more, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_that_cannot_be_trained_makes_the_exit_code_1_and_ends_no_other()
    {
        string spec = WriteSweep(), runs = Path.Combine(_folder.Path, "runs");
        string blocked = Path.Combine(runs, "sweep", SweepReader.ReadFile(spec).Trials.First().Id);
        Directory.CreateDirectory(Path.GetDirectoryName(blocked)!);
        File.WriteAllText(blocked, "");
        var (code, output, error) = await Cli.Run("sweep", spec, "--runs", runs);
        Assert.Equal(1, code);
        Assert.Contains("3 done", output, StringComparison.Ordinal);
        Assert.Contains($"{blocked} exists already", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sweep_without_a_file_says_what_it_needs()
    {
        var (code, _, error) = await Cli.Run("sweep");
        Assert.Equal((2, true), (code, error.StartsWith("sweep needs a file", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Show_prints_a_table_with_a_comparison_and_writes_it_as_csv_and_json()
    {
        string spec = WriteSweep(), runs = Path.Combine(_folder.Path, "runs"), csv = Path.Combine(_folder.Path, "table.csv");
        await Cli.Run("sweep", spec, "--runs", runs);
        var (code, output, error) = await Cli.Run("sweep", "show", spec, "--runs", runs, "--csv", csv);
        Assert.Equal((0, $"wrote {csv}: 2 rows\n"), (code, error));
        Assert.Contains("test/accuracy, the last value, highest first", output, StringComparison.Ordinal);
        Assert.Contains("row 2: ", output, StringComparison.Ordinal);
        string[] lines = File.ReadAllLines(csv);
        Assert.Equal("learning_rate,n,mean,standard_deviation,low,high,best,last,diverged,not_finite,missing", lines[0]);

        var (_, text, _) = await Cli.Run("sweep", "show", spec, "--runs", runs, "--json");
        var json = JsonNode.Parse(text)!;
        var best = json["configurations"]![0]!;
        double[] seeds = [.. best["seeds"]!.AsArray().Select(seed => (double)seed!["value"]!)];
        Assert.Equal(seeds.Average(), (double)best["value"]!["mean"]!, 12);
        Assert.StartsWith($"{best["changes"]!["learning_rate"]},2,{best["value"]!["mean"]!.ToJsonString()},", lines[1],
            StringComparison.Ordinal);
        Assert.Equal(4, (int)json["trials"]!["done"]!);
        Assert.Single(json["comparisons"]!.AsArray());
    }

    [Fact]
    public async Task The_best_is_better_than_the_others_only_where_they_were_compared_and_are_worse()
    {
        string spec = WriteSweep(), runs = Path.Combine(_folder.Path, "runs");
        File.WriteAllText(spec, "recipe: small.yaml\nover: {learning_rate: [0.1, 0.2, 0.3]}\nseeds: 3");
        await Cli.Run("sweep", spec, "--runs", runs);
        var sweep = SweepReader.ReadFile(spec);
        Set(runs, sweep, [[0.97, 0.961, 0.95], [0.87, 0.86, 0.85], [0.88, 0.87, 0.86]]);
        Assert.EndsWith("learning_rate=0.1, 0.9603 ± 0.0100 over 3 seeds, better than every other beyond chance at 5 %.", Sentence(),
            StringComparison.Ordinal);
        // One seed of the third is left.
        foreach (var trial in sweep.Configurations[2].Trials.Take(2)) Directory.Delete(Path.Combine(runs, "sweep", trial.Id), true);
        Assert.EndsWith(", better than 1 of 2 others beyond chance at 5 %; the rest have fewer than two seeds in common with it.",
            Sentence(), StringComparison.Ordinal);
        // It is first by a seed that the second does not have, and worse on those in common.
        Set(runs, sweep, [[0.50, 0.51, 0.999], [0.60, 0.611, 0.1]]);
        foreach (var configuration in sweep.Configurations.Skip(1))
            Directory.Delete(Path.Combine(runs, "sweep", configuration.Trials[2].Id), true);
        Assert.EndsWith("; 1 of 1 others are not worse beyond chance at 5 %.", Sentence(), StringComparison.Ordinal);

        string Sentence() => SweepSentence.Of(sweep, SweepTable.Of(sweep, SweepFolder.Of(sweep, runs)));
    }

    private static void Set(string runs, Sweep sweep, double[][] accuracies)
    {
        foreach (var (configuration, values) in sweep.Configurations.Zip(accuracies))
        {
            foreach (var (trial, value) in configuration.Trials.Zip(values))
            {
                string path = Path.Combine(runs, sweep.Name, trial.Id, "result.json");
                var result = JsonNode.Parse(File.ReadAllText(path))!;
                result["test_accuracy"] = value;
                File.WriteAllText(path, result.ToJsonString());
            }
        }
    }

    [Fact]
    public async Task Show_does_not_write_over_the_sweep()
    {
        string spec = WriteSweep();
        var (code, _, error) = await Cli.Run("sweep", "show", spec, "--runs", _folder.Path, "--csv", spec);
        Assert.Equal(2, code);
        Assert.Contains("is the sweep itself", error, StringComparison.Ordinal);
    }

    private string WriteSweep(string more = "")
    {
        File.WriteAllText(Path.Combine(_folder.Path, "small.yaml"),
            "duration: 2ep\ndata: {set: digits, batch: 64}\nmodel: {name: mlp, hidden: [8]}\nlearning_rate: 0.1\n");
        string path = Path.Combine(_folder.Path, "sweep.yaml");
        File.WriteAllText(path, $"recipe: small.yaml\nover: {{learning_rate: [0.1, 0.2]}}\nseeds: 2{more}");
        return path;
    }
}
