using Etalon.Lab.RangeTests;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Tests.Commands;

public sealed class ThreadsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(16, 128, 16, "")]
    [InlineData(17, 128, 16, "note: --threads 17: 16 compute; a batch of 128 is cut into no more parts\n")]
    [InlineData(64, 17, 9, "note: --threads 64: 9 compute; a batch of 17 is cut into no more parts\n")] // nine chunks of two images
    [InlineData(2, 1, 1, "note: --threads 2: 1 compute; a batch of 1 is cut into no more parts\n")]
    public void More_than_can_help_are_cut_with_a_word(int given, int batch, int computing, string said)
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.Equal((computing, said), (ThreadCount.ForBatches(given, batch, error), error.ToString()));
    }

    [Fact]
    public void All_processors_are_cut_without_one()
    {
        var error = new StringWriter();
        Assert.Equal((1, ""), (ThreadCount.ForBatches(null, 1, error), error.ToString()));
    }

    [Fact]
    public async Task Each_verb_that_computes_says_so()
    {
        string recipe = SmallRun.WriteRecipe(_folder.Path), runs = Path.Combine(_folder.Path, "runs");
        string[] tiny = ["duration=2ba", "learning_rate=0.1", "data={set: digits, batch: 4, train: 16, test: 8}",
            "model={name: mlp, hidden: [4], norm: layer}"];
        string[][] verbs =
        [
            ["train", recipe, .. tiny, "--runs", runs], ["fork", "small", "duration=3ba", "name=f", "--runs", runs],
            ["probe", "small", "--on", "digits", "data.train=20", "data.test=20", "--runs", runs],
            ["forecast", recipe, .. tiny, "--probe", "1"], ["find-lr", recipe, .. tiny, "--updates", "50", "--seeds", "1"],
        ];
        foreach (string[] verb in verbs)
        {
            var (_, _, error) = await Cli.Run([.. verb, "--threads", "40"]);
            Assert.True(error.Contains("note: --threads 40: ", StringComparison.Ordinal), $"{verb[0]}: {error}");
        }
        Assert.Equal(4, RunSummary.Read(Path.Combine(runs, "small")).Result!.Threads);
    }

    // Whether or not the command comes to compute: forecast --gradient-square does not.
    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1025")]
    public async Task A_number_that_nobody_computes_on_is_refused_by_every_verb_before_anything_else(string number)
    {
        var verbs = Verbs(CommandLine.Create(), []).Where(verb => verb.Command.Options.Any(option => option.Name == "--threads")).ToList();
        Assert.Equal(
            ["advise", "bench", "find-lr", "forecast", "fork", "probe", "reproduce", "reproduce task", "resume", "sweep task", "train"],
            verbs.Select(verb => string.Join(' ', verb.Words)).Order(StringComparer.Ordinal));
        foreach (var (_, words) in verbs)
        {
            var (code, output, error) = await Cli.Run([.. words, "nothing.yaml", "--threads", number]);
            Assert.Equal((ExitCode.BadInput, ""), (code, output));
            Assert.Contains($"etalon: --threads is {number}; at least 1 and at most 1024 threads compute", error, StringComparison.Ordinal);
        }
        var (given, _, said) =
            await Cli.Run("forecast", SmallRun.WriteRecipe(_folder.Path), "--gradient-square", "20", "--threads", number);
        Assert.Equal(ExitCode.BadInput, given);
        Assert.StartsWith($"etalon: --threads is {number}; ", said, StringComparison.Ordinal);
    }

    private static IEnumerable<(System.CommandLine.Command Command, string[] Words)> Verbs(System.CommandLine.Command command,
        string[] words) =>
        command.Subcommands.SelectMany(verb => Verbs(verb, [.. words, verb.Name])).Prepend((command, words));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(100, 5)]
    public void Short_runs_at_a_time_are_as_many_as_fit_together(int fitting, int atATime)
    {
        var recipe = SmallRun.Spec("data={set: digits, batch: 64}");
        var options = new RateTestOptions();
        var tested = new TestedRecipe(recipe, options);
        // Data are shared: one run more needs what two need more than one.
        long largest = tested.Largest.Max(one => RunMemory.Of(one, 1)!.Value), data = 1797 * 64;
        Assert.Equal(atATime, RateRangeTest.MostAtATime(tested, options, data + fitting * (largest - data)));
        Assert.Equal(1, RateRangeTest.MostAtATime(tested, options, 0));
    }
}
