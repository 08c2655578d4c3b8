using System.Diagnostics;
using System.Globalization;
using Etalon.Lab.Runs;
using Etalon.Workbench.Tests.Commands;
using Etalon.Workbench.Tests.Runs;

namespace Etalon.Workbench.Tests.Culture;

/// <summary>Whole commands under a culture with a decimal comma, a point between thousands and another minus sign give the bytes that they give elsewhere.</summary>
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
        Assert.DoesNotContain(checkpoint.Metadata, text => text.Key.EndsWith("seconds", StringComparison.Ordinal) && text.Value.Contains(',', StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("de_DE.UTF-8")]
    [InlineData("tr_TR.UTF-8")]
    public async Task A_process_of_another_language_reads_and_writes_as_every_other(string language)
    {
        string[] words = ["fork", SmallRun.Stopped(In("runs"), 20), "duration=8ep", "learning_rate=0.01", "--runs", In("runs")];
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string word in (string[])[Path.Combine(AppContext.BaseDirectory, "etalon.dll"), .. words]) start.ArgumentList.Add(word);
        start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "0";
        start.Environment["LC_ALL"] = language;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string said = await errors;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.SkipWhen(said.Contains("ICU", StringComparison.Ordinal), "this machine has no ICU, and so no other culture");
        Assert.Equal((ExitCode.Done, ""), (process.ExitCode, process.ExitCode == 0 ? "" : output + said));
        using var checkpoint = Checkpoint.Open(new CheckpointFolder(In("runs/small-2")).PathOf(32));
        Assert.DoesNotContain(",", checkpoint.Text("training_seconds"), StringComparison.Ordinal);
        Assert.Matches(@"^test accuracy \d+\.\d\d %, loss \d\.\d+; ", output);
    }

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
            ["forecast", Cli.Recipe("cifar-step.yaml"), "--gradient-square", "20.5", "--svg", F("forecast.svg"), "--csv", F("forecast.csv")],
            ["find-lr", Cli.Recipe("digits.yaml"), "model.name=mlp", "model.hidden=[32]", "--seeds", "1", "--apply", F("found.yaml"), "--svg", F("rates.svg")],
            ["plan", F("found.yaml")],
            ["plan", Cli.Recipe("cifar-step.yaml"), "learning_rate=0,1"],
            ["simulate", "equilibrium", "--rate", "0,1"],
            ["bench", "--rounds", "1.5"],
        ];
        var outcomes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        foreach (string[] words in commands)
        {
            var (code, output, error) = await Cli.Run(words);
            outcomes[string.Join(' ', words).Replace(folder, "", StringComparison.Ordinal)] = $"{code}\n{output}\n{error}".Replace(folder, "", StringComparison.Ordinal);
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
