using Etalon.Lab.Tests;

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
    public async Task A_sweep_with_problems_ends_with_all_of_them_and_exit_code_2()
    {
        var (code, _, error) = await Cli.Run("sweep", WriteSweep("\nseed: 3\nmetrc: test/loss"), "--dry-run");
        Assert.Equal(2, code);
        Assert.Contains("sweep.yaml:4:1: seed: unknown key; did you mean seeds?", error, StringComparison.Ordinal);
        Assert.Contains("sweep.yaml:5:1: metrc: unknown key; did you mean metric?", error, StringComparison.Ordinal);
    }

    private string WriteSweep(string more = "")
    {
        File.WriteAllText(Path.Combine(_folder.Path, "small.yaml"), "duration: 2ep\ndata: {set: digits, batch: 64}\nmodel: {name: mlp, hidden: [8]}\nlearning_rate: 0.1\n");
        string path = Path.Combine(_folder.Path, "sweep.yaml");
        File.WriteAllText(path, $"recipe: small.yaml\nover: {{learning_rate: [0.1, 0.2]}}\nseeds: 2{more}");
        return path;
    }
}
