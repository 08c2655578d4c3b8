using Etalon.Lab.Recipes;
using Etalon.Lab.Sweeps;

namespace Etalon.Lab.Tests.Sweeps;

public sealed class SweepReaderTests : IDisposable
{
    private const string Recipe = "duration: 2ep\ndata: {set: digits, batch: 64}\nmodel: {name: mlp, hidden: [8]}\nlearning_rate: 0.1\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_combination_of_values_and_seeds_is_a_trial_and_the_last_key_varies_fastest()
    {
        var sweep = Read("recipe: small.yaml\nover:\n  learning_rate: [0.1, 0.2]\n  weight_decay: [0, 5e-4, 1e-3]\nseeds: 2");
        Assert.Equal(
            ["learning_rate=0.1 weight_decay=0", "learning_rate=0.1 weight_decay=5e-4", "learning_rate=0.1 weight_decay=1e-3",
             "learning_rate=0.2 weight_decay=0", "learning_rate=0.2 weight_decay=5e-4", "learning_rate=0.2 weight_decay=1e-3"],
            sweep.Configurations.Select(configuration => configuration.Label));
        Assert.Equal(12, sweep.Trials.DistinctBy(trial => trial.Id).Count());
        Assert.All(sweep.Configurations, configuration =>
            Assert.Equal([1UL, 2UL], configuration.Trials.Select(trial => trial.Recipe.Seed)));
    }

    [Fact]
    public void A_trial_has_the_hash_of_the_recipe_that_the_command_line_gives_with_the_same_changes()
    {
        var trial = Read(
            "recipe: small.yaml\nover: {model.hidden: [[8], [16, 8]], optimizer: [{name: sgd, nesterov: true}]}\nseeds: [7]").Trials.Last();
        string path = Path.Combine(_folder.Path, "small.yaml");
        Assert.Equal(RecipeReader.ReadFile(path, ["seed=7", "optimizer={nesterov: true, name: sgd}", "model.hidden=[16,8]"]).Recipe.Hash,
            trial.Recipe.Hash);
        Assert.StartsWith(trial.Id, trial.Recipe.Hash, StringComparison.Ordinal);
        Assert.Equal(["model.hidden=[16, 8]", "optimizer={name: sgd, nesterov: true}", "seed=7"], trial.Read.Overrides);
    }

    // 10^-4, 10^-3, ..., 10^0.
    [Theory]
    [InlineData("{log: [1e-4, 1], count: 5}", "1e-4 0.001 0.01 0.1 1")]
    [InlineData("{log: [1, 1e-2], count: 3}", "1 0.1 1e-2")]
    [InlineData("{linear: [0, 0.3], count: 4}", "0 0.1 0.2 0.3")]
    public void A_range_has_its_ends_as_written_and_equal_steps_or_ratios_between(string range, string values) =>
        Assert.Equal(values.Split(' '),
            Read($"recipe: small.yaml\nover: {{learning_rate: {range}}}").Configurations.Select(configuration =>
            configuration.Changes[0].Value));

    [Fact]
    public void Joint_changes_set_several_keys_at_once_and_conditions_leave_configurations_out()
    {
        var sweep = Read(
            "recipe: small.yaml\nover:\n  together: [{learning_rate: 0.1, weight_decay: 1e-2}, {learning_rate: 1, weight_decay: 1e-2}]\n "
            + " momentum: [0, 0.9]\nwhere: ['learning_rate * weight_decay <= 2e-3', momentum != 0]");
        Assert.Equal(["learning_rate=0.1 weight_decay=1e-2 momentum=0.9"],
            sweep.Configurations.Select(configuration => configuration.Label));
    }

    [Fact]
    public void Several_recipes_are_named_in_their_configurations()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "other.yaml"), Recipe + "name: other\n");
        Assert.Equal(["recipe=small.yaml", "recipe=other.yaml"],
            Read("recipe: [small.yaml, other.yaml]").Configurations.Select(configuration => configuration.Label));
    }

    [Fact]
    public void Everything_wrong_is_told_at_once_with_its_place()
    {
        var problems = Assert.Throws<InputException>(() => Read(
            """
            recipe: small.yaml
            over:
              learning_rate: [0.1, -2]
              weight_decay: {log: [0, 1], count: 3}
              data.batch: 64
              seed: [1, 2]
              modle.name: [mlp]
            seeds: 0
            where: ["learning_rat < 1", weight_decay < 1, learning_rate]
            metric: {name: test/loss, at: end}
            halvings: 3
            """)).Problems;
        string[] places = [.. problems.Select(problem => problem.Split(": ")[0].Split("sweep.yaml:")[1])];
        Assert.Equal(["3:24", "4:23", "5:15", "6:3", "7:16", "8:8", "9:9", "9:47", "10:31", "11:1"], places);
        Assert.Contains("did you mean learning_rate?", problems[6], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("over: {learning_rate: [0.1]}", "recipe is missing")]
    [InlineData("# recipe: small.yaml\n\n", "the sweep is empty; it needs at least recipe:")]
    [InlineData("recipe: &a small.yaml", "is an anchor; sweeps have no anchors: remove it")]
    [InlineData("recipe: small.yaml\n---\nrecipe: small.yaml", "a second document begins here; a file holds one sweep")]
    [InlineData("recipe: none.yaml", "recipe = none.yaml: no such file; recipes are named from the sweep's folder, so that it would be /")]
    [InlineData("duration: 3ep\nlearning_rate: 0.1\nmodel: {name: mlp}",
        "sweep.yaml: this is a recipe, and a sweep names one: write recipe: sweep.yaml")]
    [InlineData("recipe: small.yaml\nover: {learning_rate: [0.1, 1e-1]}", "learning_rate=1e-1 gives the same recipe as learning_rate=0.1")]
    [InlineData("recipe: small.yaml\nover: {learning_rate: [0.1, 0.2], together: [{learning_rate: 1}]}",
        "which another key of over sets too")]
    [InlineData("recipe: small.yaml\nover: {together: [{learning_rate: 1}, {momentum: 0.9}]}",
        "each item must set the same keys as the first")]
    [InlineData("recipe: small.yaml\nover: {learning_rate: [0.1, 0.2]}\nwhere: [learning_rate > 1]", "where leaves no configuration")]
    [InlineData("recipe: small.yaml\nover: {model.norm: [batch]}\nwhere: [model.norm > 1]", "is no number")]
    [InlineData("recipe: small.yaml\nover: {learning_rate: {log: [1, 2], count: 10000}, momentum: {linear: [0, 0.9], count: 10000}}",
        "at most 100,000 are possible")]
    public void A_sweep_that_cannot_be_meant_is_refused(string text, string said) =>
        Assert.Contains(Assert.Throws<InputException>(() => Read(text)).Problems, problem =>
            problem.Contains(said, StringComparison.Ordinal));

    [Fact]
    public void A_wrong_key_is_told_once_and_not_for_each_of_its_values()
    {
        var problems = Assert.Throws<InputException>(() => Read(
            "recipe: small.yaml\nover: {weight_decy: [0, 1e-4, 5e-4], learning_rate: [-1, -2]}")).Problems;
        Assert.Equal(3, problems.Count);
        Assert.Single(problems, problem => problem.Contains("did you mean weight_decay?", StringComparison.Ordinal));
    }

    [Fact]
    public void The_metric_is_the_last_accuracy_unless_another_is_named_and_less_of_a_loss_is_better()
    {
        Assert.Equal(new SweepMetric(), Read("recipe: small.yaml").Metric);
        Assert.Equal(new SweepMetric { Name = "test/loss", IsHigherBetter = false }, Read("recipe: small.yaml\nmetric: test/loss").Metric);
        Assert.Equal(
            new SweepMetric { Name = "fit/loss", Moment = MetricMoment.Step, Step = 20, IsHigherBetter = true },
            Read("recipe: small.yaml\nmetric: {name: fit/loss, at: 20, goal: max}").Metric);
    }

    private Sweep Read(string text)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "small.yaml"), Recipe);
        return SweepReader.Read(text, Path.Combine(_folder.Path, "sweep.yaml"));
    }
}
