using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Runs;

public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("speed", "slow")]
    public async Task A_run_killed_8_times_at_random_moments_ends_with_the_bytes_of_the_whole_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "this system has no SIGKILL");
        string recipe = SmallRun.WriteRecipe(_folder.Path);
        var trial = new KillTrial([recipe, "duration=150ep"], "small", _folder.Path, new Random(20_240_611));
        await trial.Run(8, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken);

        Assert.All(trial.Comparisons, comparison => Assert.Empty(comparison.Differences));
        Assert.Equal(8, trial.Kills);
        Assert.InRange(trial.KillsWhileWriting, 1, 8);
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Processes_killed_from_their_start_on_leave_no_run_or_one_that_ends_with_the_bytes_of_the_whole_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/python3"), "needs Linux and Python");
        // A fiftieth of the script's 500 kills, over two of its recipes.
        var (code, output) = SmallRun.Execute(
            "/usr/bin/python3", Path.Combine(AppContext.BaseDirectory, "bench", "kills.py"),
            "--etalon", $"dotnet \"{Path.Combine(AppContext.BaseDirectory, "etalon.dll")}\"", "--kills", "10", "--recipes", "2");
        Assert.True(code == 0, output);
        Assert.Contains(" 0 have not", output, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task A_killed_run_of_an_exponential_form_that_is_recentred_ends_with_the_bytes_of_the_whole_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() || OperatingSystem.IsMacOS(), "this system has no SIGKILL");
        string recipe = SmallRun.WriteRecipe(_folder.Path);
        // Each update multiplies the weights by 1.0113, so 2400 of them make 2^38, and re-centring, after each 2^16, comes twice.
        var trial = new KillTrial(
            [recipe, "duration=150ep", "data.batch=16", "checkpoint.every=100ba", "learning_rate=0.1", "weight_decay=0.01",
                "equivalent.form=texp++"], "small", _folder.Path, new Random(5));
        await trial.Run(4, TestContext.Current.SendDiagnosticMessage, TestContext.Current.CancellationToken);
        Assert.All(trial.Comparisons, comparison => Assert.Empty(comparison.Differences));
    }
}
