using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>
/// A current folder that somebody deleted, and folders that nothing can be written to: the user's to mend, said with their names.
/// </summary>
public sealed class LostFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("plan recipe.yaml")]
    [InlineData("plan RECIPE --csv a.csv")]
    [InlineData("train RECIPE")]
    [InlineData("resume small")]
    [InlineData("runs list")]
    [InlineData("diagnose small")]
    [InlineData("data get mnist --to x --from http://127.0.0.1:1/")]
    [InlineData("sweep status spec.yaml")]
    [InlineData("plan RECIPE --svg a.svg", Traits = new[] { "speed", "slow" })]
    [InlineData("plan a.yaml b.yaml", Traits = new[] { "speed", "slow" })]
    [InlineData("fork small duration=2ep", Traits = new[] { "speed", "slow" })]
    [InlineData("runs show small", Traits = new[] { "speed", "slow" })]
    [InlineData("diagnose log.csv", Traits = new[] { "speed", "slow" })]
    [InlineData("export RECIPE --for json --out a.json", Traits = new[] { "speed", "slow" })]
    [InlineData("convert RECIPE --to texp++ --out b.yaml", Traits = new[] { "speed", "slow" })]
    [InlineData("data check mnist --folder x", Traits = new[] { "speed", "slow" })]
    public void A_current_folder_that_was_deleted_is_named(string words)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it keeps a folder that somebody is in");
        string gone = Path.Combine(_folder.Path, "gone"), etalon = Path.Combine(AppContext.BaseDirectory, "etalon");
        var (code, said) = SmallRun.Execute("sh", "-c",
            $"mkdir {gone}; cd {gone}; rmdir {gone}; \"{etalon}\" "
            + $"{words.Replace("RECIPE", SmallRun.WriteRecipe(_folder.Path), StringComparison.Ordinal)}");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Equal($"etalon: the folder that you are in, {gone}, is no longer there; go to another one with cd, and try again\n", said);
        Assert.Equal(["small.yaml"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void What_needs_no_current_folder_works_without_one()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it keeps a folder that somebody is in");
        string gone = Path.Combine(_folder.Path, "gone"), recipe = SmallRun.WriteRecipe(_folder.Path);
        var (code, _) = SmallRun.Execute("sh", "-c",
            $"mkdir {gone}; cd {gone}; rmdir {gone}; \"{Path.Combine(AppContext.BaseDirectory, "etalon")}\" plan {recipe} --csv "
            + $"{_folder.Path}/a.csv");
        Assert.Equal(ExitCode.Done, code);
        Assert.True(File.Exists(Path.Combine(_folder.Path, "a.csv")));
    }

    // The folder is not to blame for what was looked for elsewhere.
    [Fact]
    public void What_is_missing_in_a_folder_that_is_there_is_told_as_ever()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "it keeps a folder that somebody is in");
        string gone = Path.Combine(_folder.Path, "gone"), etalon = Path.Combine(AppContext.BaseDirectory, "etalon");
        var (code, said) = SmallRun.Execute("sh", "-c",
            $"mkdir {gone}; cd {gone}; rmdir {gone}; \"{etalon}\" resume other --runs {_folder.Path}");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.StartsWith($"there is no run \"other\" in {_folder.Path}", said, StringComparison.Ordinal);
        Assert.DoesNotContain("the folder that you are in", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trial_is_found_in_its_sweep()
    {
        string trial = Path.Combine(_folder.Path, "rates", "0123abcd");
        Directory.CreateDirectory(trial);
        await File.WriteAllTextAsync(Path.Combine(trial, "resolved.json"), "{}", TestContext.Current.CancellationToken);
        var (code, _, said) = await Cli.Run("runs", "show", "0123abcd", "--runs", _folder.Path);
        Assert.Equal(ExitCode.BadInput, code);
        string sweep = Path.GetDirectoryName(trial)!;
        Assert.Equal(
            $"there is no run \"0123abcd\" in {_folder.Path}, but one in {sweep}; give --runs {sweep}, or its folder {trial}\n", said);
    }

    // A file stands where the folder should be, which stops every user; what stops all but root is tried where root is not who tests.
    [Theory]
    [InlineData("FILE/in: this folder cannot be made or written (FILE is a file); name another with --to\n",
        "data get mnist --from http://127.0.0.1:1/ --to FILE/in")]
    [InlineData("FILE: this folder cannot be made or written (FILE is a file); name another with --to\n",
        "data get mnist --from http://127.0.0.1:1/ --to FILE")]
    [InlineData("FILE/in: this folder cannot be made or written (FILE is a file); name another folder of runs with --runs\n",
        "train RECIPE --runs FILE/in")]
    [InlineData("FILE: this folder cannot be made or written (FILE is a file); name another folder of runs with --runs\n",
        "train RECIPE --runs FILE")]
    [InlineData("--runs FILE: is a file; name the folder of all runs\n", "runs list --runs FILE")]
    [InlineData("--csv FILE/a.csv: FILE is not a folder; give a file in a folder\n", "plan RECIPE --csv FILE/a.csv")]
    [InlineData("--out FILE/in/a.py: FILE is not a folder; give a file in a folder\n", "export RECIPE --for pytorch --out FILE/in/a.py")]
    public async Task A_file_in_the_place_of_a_folder_is_told_in_one_message(string message, string words)
    {
        string file = Path.Combine(_folder.Path, "file"), recipe = SmallRun.WriteRecipe(_folder.Path);
        await File.WriteAllTextAsync(file, "kept", TestContext.Current.CancellationToken);
        var (code, output,
            error) = await Cli.Run(
            words.Replace("FILE", file, StringComparison.Ordinal).Replace("RECIPE", recipe, StringComparison.Ordinal).Split(' '));
        Assert.Equal((ExitCode.BadInput, "", message.Replace("FILE", file, StringComparison.Ordinal)), (code, output, error));
        Assert.Equal("kept", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken));
    }

    // The recipe is not to blame for a folder of one word.
    [Fact]
    public void A_file_of_one_word_in_the_place_of_a_folder_is_named_by_itself()
    {
        string etalon = Path.Combine(AppContext.BaseDirectory, "etalon"), recipe = SmallRun.WriteRecipe(_folder.Path);
        Assert.SkipWhen(OperatingSystem.IsWindows(), "has no sh");
        var (code, said) = SmallRun.Execute("sh", "-c", $"cd {_folder.Path}; touch file; \"{etalon}\" train {recipe} --runs file");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.StartsWith("file: this folder cannot be made or written", said, StringComparison.Ordinal);
    }

    // Nobody makes folders in /sys, root neither.
    [Theory]
    [InlineData("/sys/in: this folder cannot be made or written (no permission); name another with --to\n",
        "data get mnist --from http://127.0.0.1:1/ --to /sys/in")]
    [InlineData("/sys/in: this folder cannot be made or written (no permission); name another folder of runs with --runs\n",
        "train RECIPE --runs /sys/in")]
    [InlineData("/sys/in/a.csv", "plan RECIPE --csv /sys/in/a.csv")]
    [InlineData("/proc/in/a.csv: its folder cannot be made (", "plan RECIPE --csv /proc/in/a.csv")]
    [InlineData("/sys/a.py", "export RECIPE --for pytorch --out /sys/a.py")]
    public async Task A_folder_without_permission_is_told_in_one_message(string message, string words)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Directory.Exists("/sys"), "needs /sys");
        var (code, output, error) =
            await Cli.Run(words.Replace("RECIPE", SmallRun.WriteRecipe(_folder.Path), StringComparison.Ordinal).Split(' '));
        Assert.Equal((ExitCode.BadInput, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
    }
}
