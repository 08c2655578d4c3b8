using System.Diagnostics;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>etalon as a shell starts and ends it: with streams closed or full, and by signals.</summary>
public sealed class ShellTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2, "", "plan nothing.yaml 2>&-")]
    [InlineData(2, "", "plan nothing.yaml 2>/dev/full")]
    [InlineData(2, "", "plan --csv 2>&- <&-")]
    [InlineData(0, "digits", "plan RECIPE 2>&-")]
    [InlineData(1, "standard output is closed", "plan RECIPE 2>&1 >&-")]
    [InlineData(1, "No space left on device", "plan RECIPE 2>&1 >/dev/full")]
    [InlineData(0, "digits", "plan RECIPE | head -1")]
    [InlineData(0, "step,lr", "plan RECIPE --csv /dev/fd/3 3>&1 >/dev/null 2>&1 | head -1")]
    public async Task A_stream_that_is_closed_or_full_changes_no_exit_code(int code, string expected, string words)
    {
        SkipOnWindows();
        // Of a pipeline the first code counts, which not every sh tells.
        string line =
            $"(etalon {words.Replace("RECIPE", Cli.Recipe("digits.yaml"), StringComparison.Ordinal).Replace(" | ", "; echo $? >code) | (",
                StringComparison.Ordinal)})";
        using var shell = Shell($"etalon() {{ \"{Etalon}\" \"$@\"; }}; {line}");
        string output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        string piped = Path.Combine(_folder.Path, "code");
        Assert.Equal(code,
            File.Exists(piped) ? int.Parse(await File.ReadAllTextAsync(piped, TestContext.Current.CancellationToken)) : shell.ExitCode);
        Assert.StartsWith(expected, output.Replace("etalon: ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2>/dev/full", "test accuracy")]
    [InlineData("2>&1 >/dev/full | tail -1", "warning: standard output: No space left on device. test accuracy")]
    [InlineData(">&- 2>&-", "")]
    public async Task A_run_whose_progress_cannot_be_written_goes_on_and_is_done(string streams, string expected)
    {
        SkipOnWindows();
        string result = Path.Combine(_folder.Path, "runs", "small", "result.json");
        using var shell = Shell(
            $"({Quoted(Etalon)} train {SmallRun.WriteRecipe(_folder.Path)} "
            + $"{streams.Replace(" |", "; echo $? >code) | (", StringComparison.Ordinal)}; echo $? >>code)");
        Assert.StartsWith(expected, await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.StartsWith("0", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "code"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Contains("\"done\"", await File.ReadAllTextAsync(result, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_ends_a_run_with_a_checkpoint(string signal)
    {
        SkipOnWindows();
        Signals.SkipIfIgnored(signal);
        using var etalon = Start("train", SmallRun.WriteRecipe(_folder.Path), "duration=100000ep", "--threads", "1");
        await Said(etalon, "updates into");
        var (code, said) = await End(etalon, signal);
        Assert.Equal(130, code);
        Assert.Contains("go on with: etalon resume runs/small", said, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetFiles(Path.Combine(_folder.Path, "runs", "small", "checkpoints"), "step-*"));
    }

    [Theory]
    [InlineData("HUP")]
    [InlineData("TERM")]
    [InlineData("INT")]
    public async Task A_signal_takes_away_what_was_being_written(string signal)
    {
        SkipOnWindows();
        Signals.SkipIfIgnored(signal);
        using var etalon = Start("plan", Cli.Recipe("digits.yaml"), "duration=4000000ep", "--csv", "rates.csv");
        await Said(etalon, "writing rates.csv: 92,000,000 rows");
        Assert.Single(Directory.GetFiles(_folder.Path));
        Assert.Equal((130, "etalon: interrupted\n"), await End(etalon, signal));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    // It waits for its recipe; what reads this pipe's other end is past its first lines.
    [Fact]
    public async Task A_signal_before_a_command_has_begun_its_work_ends_with_the_same_code()
    {
        SkipOnWindows();
        Signals.SkipIfIgnored("TERM");
        string pipe = Path.Combine(_folder.Path, "recipe.yaml");
        SmallRun.Execute("mkfifo", pipe);
        using var etalon = Start("plan", pipe);
        using var writer = new FileStream(pipe, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        Assert.Equal((130, "etalon: interrupted\n"), await End(etalon, "TERM"));
    }

    [Fact]
    public async Task A_signal_that_a_process_was_started_to_ignore_stays_ignored()
    {
        SkipOnWindows();
        using var shell = Shell($"trap '' HUP; exec \"{Etalon}\" train {SmallRun.WriteRecipe(_folder.Path)}");
        await Said(shell, "updates into");
        SmallRun.Execute("kill", "-HUP", $"{shell.Id}");
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, shell.ExitCode);
    }

    // A set that is asked for by its name alone goes to the cache, and nowhere else.
    [Theory]
    [InlineData("HOME= XDG_CACHE_HOME=cache",
        "XDG_CACHE_HOME is \"cache\", which is no absolute path; give it one, or name a folder with --to")]
    [InlineData("HOME=nowhere XDG_CACHE_HOME=",
        "HOME is \"nowhere\", which is no folder; set HOME or XDG_CACHE_HOME to a folder, or name a folder with --to")]
    [InlineData("HOME=/nonexistent XDG_CACHE_HOME=", "HOME is \"/nonexistent\", which is no folder")]
    public async Task Without_a_home_nothing_is_downloaded_to_where_one_happens_to_be(string environment, string message)
    {
        SkipOnWindows();
        using var shell =
            Shell($"{environment} \"{Etalon}\" data get mnist --from http://127.0.0.1:1/ && echo; {environment} \"{Etalon}\" data list");
        var listed = shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Assert.Contains(message, await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("built in", await listed, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_signal_to_verify_resume_takes_its_runs_away()
    {
        SkipOnWindows();
        Signals.SkipIfIgnored("TERM");
        string recipe = SmallRun.WriteRecipe(_folder.Path);
        using var shell = Shell($"TMPDIR=\"{_folder.Path}\" exec \"{Etalon}\" verify-resume {recipe} --kills 1000");
        await Said(shell, "whole run:");
        var (code, said) = await End(shell, "TERM");
        Assert.Equal(130, code);
        Assert.Matches("etalon: verify-resume was interrupted after [0-9]+ of 1000 kills; its runs are deleted\n$", said);
        // A killed process leaves the pipes of its runtime's debugger.
        Assert.Equal([recipe], Directory.GetFileSystemEntries(_folder.Path)
            .Where(path => !Path.GetFileName(path).StartsWith("clr-debug-pipe", StringComparison.Ordinal)
                && !Path.GetFileName(path).StartsWith("dotnet-diagnostic", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("find-lr was interrupted; nothing of it is kept", "find-lr recipe.yaml")]
    [InlineData("data get was interrupted; nothing of it is kept", "data get mnist")]
    public void What_was_interrupted_is_said_where_the_exception_does_not(string message, string words)
    {
        foreach (var exception in (Exception[])[new OperationCanceledException(), new TaskCanceledException()])
        {
            using var said = new StringWriter();
            Assert.Equal(130, Failure.Report(exception, said, CommandLine.Create().Parse(words).CommandResult));
            Assert.Equal($"etalon: {message}{Environment.NewLine}", said.ToString());
        }
    }

    private static string Quoted(string path) => $"\"{path}\"";

    private static string Etalon => Path.Combine(AppContext.BaseDirectory, "etalon");

    private static void SkipOnWindows() =>
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it has no signals, pipes with paths and descriptors");

    private Process Shell(string line) => Start(new ProcessStartInfo("sh", ["-c", line]));

    private Process Start(params string[] words) => Start(new ProcessStartInfo(Etalon, words));

    private Process Start(ProcessStartInfo start)
    {
        (start.WorkingDirectory, start.RedirectStandardOutput, start.RedirectStandardError) = (_folder.Path, true, true);
        return Process.Start(start)!;
    }

    private static async Task Said(Process process, string text)
    {
        while (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
            if (line.Contains(text, StringComparison.Ordinal)) return;
        Assert.Fail($"the process ended without \"{text}\"");
    }

    private static async Task<(int Code, string Said)> End(Process process, string signal)
    {
        SmallRun.Execute("kill", $"-{signal}", $"{process.Id}");
        string said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, said);
    }
}
