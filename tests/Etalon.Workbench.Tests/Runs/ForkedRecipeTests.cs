using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Runs;

public sealed class ForkedRecipeTests : IDisposable
{
    private const string Commented = """
        # my recipe
        duration: 3ep       # short
        name: small
        data: {set: digits, batch: 64, train: 250, test: 100}
        model: {name: mlp, hidden: [8]}   # small
        learning_rate: {cosine: {from: 0.1, to: 0}}
        weight_decay: 5e-4

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-fork-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("data.batch=7", "batch: 64", "batch: 7", 108)]
    [InlineData("data.batch=50", "batch: 64", "batch: 50", 15)]
    [InlineData("duration=4ep", "duration: 3ep       # short", "duration: 4ep       # short", 16)]
    public async Task A_fork_keeps_the_users_text_with_what_was_asked_for_changed(string change, string was, string now, long updates)
    {
        var run = await Train();
        var (code, _, error) = await Cli.Run("fork", "small", change, "--runs", _folder);
        Assert.True(code == 0, error);
        var text = await File.ReadAllTextAsync(Path.Combine(run + "-2", "recipe.yaml"), TestContext.Current.CancellationToken);
        var expected = Commented.Replace(was, now, StringComparison.Ordinal);
        // Schedules keep their lengths.
        if (change.StartsWith("duration", StringComparison.Ordinal))
            expected = expected.Replace("to: 0}", "to: 0, for: 3ep}", StringComparison.Ordinal);
        Assert.Equal(expected, text);
        Assert.Equal(updates, RunSummary.Read(run + "-2").Result!.Steps);
        Assert.Equal(updates, RecipeReader.Read(text).Recipe.TotalSteps);
    }

    [Fact]
    public async Task A_fork_that_trains_past_the_end_of_its_schedule_says_so_as_plan_does()
    {
        var run = await Train();
        var (code, _, error) = await Cli.Run("fork", "small", "duration=4ep", "--runs", _folder);
        Assert.Equal(0, code);
        // With its place in the file that is there.
        Assert.Contains(
            $"{Path.Combine(run, "recipe.yaml")}:6:16: learning_rate ends at step 12 and the run at step 16: the updates between have "
                + "the value 0\n", error,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_users_text_was_edited_the_fork_has_every_default_and_says_so()
    {
        var run = await Train();
        await File.AppendAllTextAsync(Path.Combine(run, "recipe.yaml"), "seed: 5\n", TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.Run("fork", "small", "data.batch=7", "duration=100ba", "--runs", _folder);
        Assert.Equal(0, code);
        Assert.Contains("note: recipe.yaml of the fork has every default written out", error, StringComparison.Ordinal);
    }

    private async Task<string> Train()
    {
        var recipe = Path.Combine(_folder, "given.yaml");
        await File.WriteAllTextAsync(recipe, Commented, TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.Run("train", recipe, "--runs", _folder);
        Assert.True(code == 0, error);
        return Path.Combine(_folder, "small");
    }
}
