using System.Diagnostics;
using System.Text.RegularExpressions;
using Etalon.Lab.Tests;
using Etalon.Workbench.Tests.Commands;
using Etalon.Workbench.Tests.Sweeps;

namespace Etalon.Workbench.Tests.Claims;

/// <summary>Several processes on the folder of one reproduction, and processes that are ended in it.</summary>
public sealed partial class SharedReproductionTests : IDisposable
{
    private const string Claim = "instant-drop-passes", Done = " runs done: ";

    private const int Interrupt = 2;

    // Two arms, two seeds.
    private const int Runs = 4;

    private static readonly string[] One = [Claim, "--quick", "--seeds", "2"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Fact]
    public async Task What_would_be_submitted_is_shown_and_nothing_is_written()
    {
        var (code, output, error) = await Cli.Run(["reproduce", .. One, "--out", In("dry"), "--on", "slurm", "--time", "2:00:00",
            "--dry-run"]);
        Assert.True(code == 0, error);
        Assert.Contains($"{Runs} trials: {Runs} pending", output, StringComparison.Ordinal);
        Assert.Contains("#SBATCH --time=2:00:00", output, StringComparison.Ordinal);
        Assert.Matches($"reproduce task {Claim} --quick --seeds 2 --out {Regex.Escape(In("dry"))} --list .*\\.tasks --threads 1 --task",
            output);
        Assert.False(Directory.Exists(In("dry")));

        (code, output, _) = await Cli.Run(["reproduce", "status", .. One, "--out", In("dry")]);
        Assert.Equal((0, true), (code, output.Contains($"{Runs} trials: {Runs} pending", StringComparison.Ordinal)));
        (code, _, error) = await Cli.Run("reproduce", "homogeneity", "--quick", "--on", "slurm", "--out", In("dry"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("no training run is asked for that could be submitted", error, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("speed", "slow")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Processes_on_one_folder_train_no_run_twice_and_write_the_report_of_one(bool isKilled)
    {
        var (code, _, error) = await Cli.Run(["reproduce", .. One, "--out", In("one"), "--threads", "1"]);
        Assert.True(code is 0 or 1, error);
        Assert.Equal(Runs, Trained(error).Count);

        using var first = Start("two", One);
        var told = new List<string>();
        while (first.StandardError.ReadLine() is { } line)
        {
            told.Add(line);
            if (line.Contains(Done, StringComparison.Ordinal)) break;
        }
        // The second begins while the first trains; a first one that is killed leaves a run that the second takes over.
        using var second = Start("two", One);
        if (isKilled) SlurmCluster.Signal(SlurmCluster.Kill, first.Id);
        var rest = first.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string other = await second.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await Task.WhenAll(first.WaitForExitAsync(TestContext.Current.CancellationToken),
            second.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Equal(code, second.ExitCode);
        if (!isKilled) Assert.Equal(code, first.ExitCode);
        IReadOnlyList<string> ofFirst = Trained($"{string.Join('\n', told)}\n{await rest}"), ofSecond = Trained(other);
        Assert.Empty(ofFirst.Intersect(ofSecond));
        Assert.Equal(Trained(error).Order(), ofFirst.Concat(ofSecond).Order());
        AssertSameReports("one", "two");
    }

    // homogeneity keeps nothing, wngrad-growth keeps outcomes, instant-drop-passes runs.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_reproduction_that_is_interrupted_five_times_gives_the_report_of_one_that_is_not(int seed)
    {
        Signals.SkipIfIgnored("INT");
        string[] claims = ["homogeneity", "wngrad-growth", Claim, "--quick"];
        var (whole, _, error) = await Cli.Run(["reproduce", .. claims, "--out", In("whole")]);
        Assert.True(whole is 0 or 1, error);
        int lines = error.Split('\n').Count(line => line.Contains(" done", StringComparison.Ordinal));

        var random = new Random(seed);
        int finished = 0;
        for (int time = 0; time < 5; time++)
        {
            using var process = Start("parts", claims);
            // A line tells that something was done: the moment is a number of them, and a part of the next thing.
            int until = random.Next(1 + lines / 3), milliseconds = random.Next(400);
            bool isKill = random.Next(2) == 0;
            for (int seen = 0; seen < until && process.StandardError.ReadLine() is not null; seen++) { }
            await Task.Delay(milliseconds, TestContext.Current.CancellationToken);
            SlurmCluster.Signal(isKill ? SlurmCluster.Kill : Interrupt, process.Id);
            string said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            if (process.ExitCode == whole) finished++;
            else if (!isKill) AssertInterrupted(process.ExitCode, said);
        }
        Assert.InRange(finished, 0, 4);
        using var last = Start("parts", claims);
        string rest = await last.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await last.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(last.ExitCode == whole, rest);
        AssertSameReports("whole", "parts");
    }

    private void AssertInterrupted(int code, string said)
    {
        // Or 128 + SIGINT, where it came before anybody listened.
        Assert.Equal(ExitCode.Interrupted, code);
        string report = Path.Combine(In("parts"), "report.md");
        if (said.Contains("before anything of it was done", StringComparison.Ordinal)) Assert.False(Directory.Exists(In("parts")));
        else if (said.Contains(" of what is done", StringComparison.Ordinal))
            Assert.Contains("interrupted; the command that began this report continues it", File.ReadAllText(report),
                StringComparison.Ordinal);
    }

    private Process Start(string folder, IReadOnlyList<string> words)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "etalon"))
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (string word in (string[])["reproduce", .. words, "--out", In(folder), "--threads", "1"]) start.ArgumentList.Add(word);
        var process = Process.Start(start)!;
        // Its verdicts fit into no pipe that nobody reads.
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        return process;
    }

    private static IReadOnlyList<string> Trained(string said) => [.. Finished().Matches(said).Select(match => match.Groups[1].Value)];

    // Reports, pictures, measurements; not what is kept of the runs.
    private void AssertSameReports(string one, string other)
    {
        string[] Files(string folder) =>
        [
            .. Directory.GetFiles(In(folder), "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(In(folder), file))
                .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "runs" or "kept"))
                .Order(StringComparer.Ordinal),
        ];
        Assert.NotEmpty(Files(one));
        Assert.Equal(Files(one), Files(other));
        Assert.All(Files(one), file => Assert.Equal(File.ReadAllBytes(Path.Combine(In(one), file)),
            File.ReadAllBytes(Path.Combine(In(other), file))));
        Assert.Empty(Directory.GetDirectories(In(other), "*.work", SearchOption.AllDirectories));
    }

    [GeneratedRegex(@"of \d+ runs done: (\S+)")]
    private static partial Regex Finished();
}
