using System.Diagnostics;
using System.Globalization;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Diagnosis;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Culture;

/// <summary>
/// Whole commands under a culture with a decimal comma, a point between thousands and another minus sign give the bytes that they give
/// elsewhere.
/// </summary>
public sealed class CultureOfCommandsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-culture").FullName;

    public void Dispose()
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Commands_write_and_print_the_same()
    {
        var usual = await Outcomes("usual", CultureInfo.InvariantCulture);
        var other = await Outcomes("other", Commas());
        Assert.Equal(usual.Keys, other.Keys);
        Assert.All(usual, outcome => Assert.Equal(outcome.Value, other[outcome.Key]));
    }

    [Fact]
    public void A_run_is_killed_resumed_and_forked_to_the_same_bytes()
    {
        string whole = SmallRun.Whole(In("whole"));
        CultureInfo.CurrentCulture = Commas();
        string run = SmallRun.Stopped(In("runs"), 13);
        SmallRun.Resume(run);
        SmallRun.AssertSame(whole, run);
        using var checkpoint = Checkpoint.Open(new CheckpointFolder(run).PathOf(28));
        Assert.DoesNotContain(checkpoint.Metadata,
            text => text.Key.EndsWith("seconds", StringComparison.Ordinal) && text.Value.Contains(',', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("de_DE.UTF-8")]
    [InlineData("tr_TR.UTF-8")]
    public async Task A_process_of_another_language_reads_and_writes_as_every_other(string language)
    {
        string[] words = ["fork", SmallRun.Stopped(In("runs"), 20), "duration=8ep", "learning_rate=0.01", "--runs", In("runs")];
        var (code, output, said) = await Ended(Start(language, words));
        Assert.Equal((ExitCode.Done, ""), (code, code == 0 ? "" : output + said));
        using var checkpoint = Checkpoint.Open(new CheckpointFolder(In("runs/small-2")).PathOf(32));
        Assert.DoesNotContain(",", checkpoint.Text("training_seconds"), StringComparison.Ordinal);
        Assert.Matches(@"^test accuracy \d+\.\d\d %, loss \d\.\d+; ", output);
    }

    [Theory]
    [InlineData("de_DE.UTF-8")]
    [InlineData("tr_TR.UTF-8")]
    public async Task A_log_is_read_in_another_language_to_the_same_bytes(string language)
    {
        string log = In("log.csv");
        File.WriteAllText(log, LogText);
        foreach (string[] words in (string[][])[["diagnose", log, "--full"], ["diagnose", log, "--json"]])
        {
            var usual = await Cli.Run(words);
            Assert.Equal((ExitCode.Done, true), (usual.Code, usual.Output.Length > 500));
            Assert.Equal(usual, await Ended(Start(language, words)));
        }
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task A_process_of_another_language_that_is_killed_is_resumed_there_to_the_same_bytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no SIGKILL");
        string[] overrides = ["duration=200ep", "checkpoint.every=8ba"];
        string whole = SmallRun.Whole(In("whole"), overrides), run = Path.Combine(In("runs"), "small");
        using (var killed =
            Start("de_DE.UTF-8", ["train", SmallRun.WriteRecipe(_folder), .. overrides, "--runs", In("runs"), "--threads", "1"]))
        {
            var lines = new List<string>();
            while (lines.Count(line => line.StartsWith("epoch ", StringComparison.Ordinal)) < 5
                && await killed.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line) lines.Add(line);
            SkipWithoutCultures(string.Join('\n', lines));
            killed.Kill();
            await killed.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(killed.ExitCode == 128 + 9, string.Join('\n', lines));
        }
        var (code, _, error) = await Ended(Start("de_DE.UTF-8", "resume", "small", "--runs", In("runs"), "--threads", "2"));
        Assert.True(code == ExitCode.Done, error);
        Assert.Contains(" of 800 updates done; on into ", error, StringComparison.Ordinal);
        SmallRun.AssertSame(whole, run);
    }

    private static string LogText { get; } = new SphereRun { Phases = [(30, 0.1, 5e-3), (30, 0.01, 5e-3)] }.Log(_ => true);

    private string Log
    {
        get
        {
            File.WriteAllText(In("log.csv"), LogText);
            return In("log.csv");
        }
    }

    // A row too short, a decimal comma, a word and a number that float64 does not hold: each with its warning.
    private string Cut
    {
        get
        {
            string[] lines = LogText.Split('\n');
            (lines[5], lines[9], lines[12]) = (lines[5][..^30], lines[9].Replace("0.1", "0,1", StringComparison.Ordinal),
                lines[12].Replace("0.1", "1e-400", StringComparison.Ordinal));
            File.WriteAllText(In("cut.csv"), string.Join('\n', lines));
            return In("cut.csv");
        }
    }

    private static Process Start(string language, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in (string[])[Path.Combine(AppContext.BaseDirectory, "etalon.dll"), .. words]) start.ArgumentList.Add(word);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0";
        start.Environment["LC_ALL"] = language;
        return Process.Start(start)!;
    }

    private static async Task<(int Code, string Output, string Error)> Ended(Process process)
    {
        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            string said = await errors;
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            SkipWithoutCultures(said);
            return (process.ExitCode, output, said);
        }
    }

    private static void SkipWithoutCultures(string said) =>
        Assert.SkipWhen(said.Contains("ICU", StringComparison.Ordinal), "this machine has no ICU, and so no other culture");

    private async Task<SortedDictionary<string, string>> Outcomes(string name, CultureInfo culture)
    {
        string folder = Directory.CreateDirectory(In(name)).FullName;
        string F(string file) => Path.Combine(folder, file);
        string[][] commands =
        [
            ["plan", Cli.Recipe("cifar-step.yaml"), "--csv", F("plan.csv"), "--svg", F("plan.svg")],
            ["plan", Cli.Recipe("cifar-one-cycle.yaml"), "--explain", "1000"],
            ["convert", Cli.Recipe("cifar-step.yaml"), "--to", "texp++", "--out", F("converted.yaml"), "--csv", F("converted.csv")],
            ["convert", Cli.Recipe("cifar-step.yaml"), "--to", "texp++", "--json"],
            ["export", Cli.Recipe("cifar-step.yaml"), "--for", "pytorch", "--out", F("schedule.py")],
            ["export", Cli.Recipe("cifar-step.yaml"), "--for", "json", "--out", F("schedule.json")],
            ["forecast", Cli.Recipe("cifar-step.yaml"), "--gradient-square", "20.5", "--svg", F("forecast.svg"), "--csv",
                F("forecast.csv")],
            ["find-lr", Cli.Recipe("digits.yaml"), "model.name=mlp", "model.hidden=[32]", "--seeds", "1", "--apply", F("found.yaml"),
                "--svg", F("rates.svg")],
            ["plan", F("found.yaml")],
            ["plan", Cli.Recipe("cifar-step.yaml"), "learning_rate=0,1"],
            ["simulate", "equilibrium", "--rate", "0,1"],
            ["diagnose", Log, "--svg", F("diagnosis.svg")],
            ["diagnose", Log, "--json"],
            ["diagnose", Log, "--full"],
            ["diagnose", Cut],
            ["bench", "--rounds", "1.5"],
        ];
        var outcomes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        foreach (string[] words in commands)
        {
            var (code, output, error) = await Cli.Run(words);
            outcomes[string.Join(' ', words).Replace(folder, "", StringComparison.Ordinal)] =
                $"{code}\n{output}\n{error}".Replace(folder, "", StringComparison.Ordinal);
        }
        CultureInfo.CurrentCulture = before;
        foreach (string file in Directory.EnumerateFiles(folder)) outcomes[Path.GetFileName(file)] = File.ReadAllText(file);
        return outcomes;
    }

    // The tests run without ICU, where no culture has signs but those that it is given.
    private static CultureInfo Commas()
    {
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        var signs = culture.NumberFormat;
        (signs.NumberDecimalSeparator, signs.NumberGroupSeparator, signs.NegativeSign) = (",", ".", "\u2212");
        (signs.PercentDecimalSeparator, signs.PercentGroupSeparator, signs.CurrencyDecimalSeparator) = (",", ".", ",");
        return culture;
    }

    private string In(string name) => Path.Combine(_folder, name);
}
