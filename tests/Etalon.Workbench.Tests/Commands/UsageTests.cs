using System.CommandLine.Help;
using Etalon.Lab;
using Etalon.Workbench.Commands;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>What is said of a command line that is not understood, and what a command says alone.</summary>
public class UsageTests
{
    private const string Forms = "texp++, texp, exponential, weight-decay, scaled-gradient, adam, adam-constant-betas, adam-rate-only";

    [Theory]
    [InlineData("etalon: \"trian\" is nothing that etalon does; did you mean train?\nSee: etalon --help\n", "trian", "a.yaml")]
    [InlineData("etalon: \"statu\" is nothing that etalon sweep does; did you mean status?\nSee: etalon sweep --help\n", "sweep", "statu",
        "a.yaml")]
    [InlineData("etalon: --threads 1,5: must be a whole number such as 128\nSee: etalon train --help\n", "train", "a.yaml", "--threads",
        "1,5")]
    [InlineData("etalon: \"shwo\" is nothing that etalon runs does; did you mean show?\nSee: etalon runs --help\n", "runs", "shwo")]
    [InlineData("etalon: \"fetch\" is nothing that etalon data does; there are list, get, check, show\nSee: etalon data --help\n", "data",
        "fetch")]
    [InlineData("etalon: --thread: no such option; did you mean --threads?\nSee: etalon train --help\n", "train", "a.yaml", "--thread",
        "2")]
    [InlineData(
        "etalon: --for pytroch: must be one of pytorch, optax, keras, csv, json; did you mean pytorch?\nSee: etalon export --help\n",
        "export", "a.yaml", "--for", "pytroch")]
    [InlineData("etalon: --for torch: must be pytorch\nSee: etalon export audit --help\n", "export", "audit", "--for", "torch")]
    [InlineData("etalon: --precision float46: must be one of float64, float32; did you mean float64?\nSee: etalon verify --help\n",
        "verify", "a.yaml", "--precision", "float46")]
    [InlineData(
        "etalon: --decay decuopled: must be one of coupled, decoupled; did you mean decoupled?\nSee: etalon simulate equilibrium --help\n",
        "simulate", "equilibrium", "--decay", "decuopled")]
    [InlineData("etalon: export logger needs --for TARGET (the framework: pytorch or optax)\nSee: etalon export logger --help\n", "export",
        "logger")]
    [InlineData("etalon: train needs a recipe, such as recipes/digits.yaml\nSee: etalon train --help\n", "train")]
    [InlineData("etalon: runs show needs a run, by its name or folder; `etalon runs list` shows those there are\n"
        + "See: etalon runs show --help\n", "runs", "show")]
    [InlineData("etalon: diagnose needs a run's folder or a log, such as log.csv\nSee: etalon diagnose --help\n", "diagnose", "--full")]
    [InlineData("etalon: probe needs a run, by its name or folder; `etalon runs list` shows those there are, and --on SET (the data set to "
        + "probe on)\nSee: etalon probe --help\n", "probe")]
    public async Task What_is_not_understood_is_said_with_what_was_meant(string message, params string[] words)
    {
        var (code, output, error) = await Cli.Run(words);
        Assert.Equal((ExitCode.BadInput, "", message), (code, output, error));
    }

    [Theory]
    [InlineData("--to texpp: must be one of " + Forms + "; did you mean texp?\n", "convert", "RECIPE", "--to", "texpp")]
    [InlineData("--to texp+: must be one of " + Forms + "; did you mean texp++?\n", "verify", "RECIPE", "--to", "texp+")]
    [InlineData(
        "override equivalent.form=weight_decay: equivalent.form = weight_decay: must be one of " + Forms + "; "
        + "did you mean weight-decay?\n", "plan", "RECIPE", "equivalent.form=weight_decay")]
    public async Task A_form_that_is_not_there_is_said_with_the_one_that_was_meant(string message, params string[] words)
    {
        var (code, output, error) = await Cli.Run([.. words.Select(word => word == "RECIPE" ? Cli.Recipe("digits.yaml") : word)]);
        Assert.Equal((ExitCode.BadInput, "", message), (code, output, error));
    }

    [Theory]
    [InlineData("sweep", "spec.yaml")]
    [InlineData("sweep", "status", "spec.yaml")]
    [InlineData("find-lr", "recipe.yaml")]
    public void What_ranks_do_not_share_is_refused_on_all_of_them_and_the_first_says_so(params string[] words)
    {
        var parsed = CommandLine.Create(words[0]).Parse(words);
        string said = Assert.Throws<InputException>(() => LaunchedRanks.Allow(parsed, (0, 4))).Message;
        Assert.StartsWith($"{string.Join(' ', words[..^1])} was started as 4 processes, ", said, StringComparison.Ordinal);
        Assert.False(LaunchedRanks.Allow(parsed, (3, 4)));
        Assert.True(LaunchedRanks.Allow(parsed, (0, 1)));
    }

    [Theory]
    [InlineData("train", "recipe.yaml")]
    [InlineData("resume", "run")]
    [InlineData("fork", "run", "seed=2")]
    [InlineData("sweep", "--help")]
    public void What_ranks_share_and_help_are_allowed_on_all_of_them(params string[] words) =>
        Assert.True(LaunchedRanks.Allow(CommandLine.Create(words[0]).Parse(words), (0, 4)));

    [Fact]
    public void The_first_of_processes_that_srun_started_without_an_MPI_says_that_each_trains_its_own()
    {
        Assert.StartsWith("warning: srun started 4 processes without an MPI", LaunchedRanks.WarningTo((0, 4)), StringComparison.Ordinal);
        Assert.Null(LaunchedRanks.WarningTo((1, 4)));
        Assert.Null(LaunchedRanks.WarningTo((0, 1)));
    }

    [Theory]
    [InlineData("equilibrium", "simulate")]
    [InlineData("fashion-mnist", "data")]
    [InlineData("run", "runs")]
    public async Task A_command_that_has_several_lists_them_alone(string listed, string command)
    {
        var (code, output, error) = await Cli.Run(command);
        Assert.Equal((ExitCode.Done, ""), (code, error));
        Assert.Contains(listed, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Help_takes_no_fewer_columns_than_it_can_fill() =>
        Assert.True(((HelpAction)CommandLine.Create().Options.OfType<HelpOption>().Single().Action!).MaxWidth >= Terminal.Least);
}
