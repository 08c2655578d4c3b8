using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

public class RecipeHashTests
{
    private const string Recipe = """
        name: r
        duration: 10ep
        data: {set: digits, batch: 64}
        model: {name: preresnet-8, affine: false}
        learning_rate:
          - warmup: {peak: 0.1, for: 2ep}
          - cosine: {from: 0.1, to: 0}
        weight_decay: 5e-4
        momentum: 0.9
        """;

    [Theory]
    [InlineData(
        "# a comment\nmomentum: 9e-1\nweight_decay: 0.000_5\nname: \"r\"\nlearning_rate: [{warmup: {for: 2ep, peak: 0.10}}, {cosine: "
        + "{to: 0.0, from: 0.1, for: 0.8dur}}]\nmodel:\n    affine: false\n    name: preresnet8\ndata: {batch: 64, set: "
        + "digits}\nduration: 230ba\n")]
    [InlineData(
        "{\"duration\": \"10ep\", \"name\": \"r\", \"seed\": 1, \"momentum\": 0.9, \"weight_decay\": {\"constant\": {\"value\": 5e-4}}, "
        + "\"data\": {\"set\": \"digits\", \"folder\": \"elsewhere\", \"batch\": 64, \"drop_last\": false}, \"model\": {\"name\": "
        + "\"preresnet-8\", \"affine\": false, \"width\": 16}, \"learning_rate\": [{\"warmup\": {\"peak\": 0.1, \"for\": \"46ba\"}}, "
        + "{\"cosine\": {\"from\": 0.1, \"to\": 0}}]}")]
    public void Formatting_key_order_units_and_written_defaults_do_not_change_the_hash(string same) =>
        Assert.Equal(RecipeReader.Read(Recipe).Recipe.Hash, RecipeReader.Read(same).Recipe.Hash);

    [Theory]
    [InlineData("learning_rate.1.cosine.to=-0.0", "learning_rate.1.cosine.to=0")]
    [InlineData("weight_decay=-0", "weight_decay=0")]
    [InlineData("momentum=-0e5", "momentum=0")]
    [InlineData("model.epsilon=-0.0", "model.epsilon=0")]
    [InlineData("optimizer.groups.norm.weight_decay=-0.0", "optimizer.groups.norm.weight_decay=0")]
    [InlineData("learning_rate={table: {values: [1, -0.0]}}", "learning_rate={table: {values: [1, 0]}}")]
    public void Nothing_with_a_sign_is_nothing(string signed, string plain) =>
        Assert.Equal(RecipeReader.Read(Recipe, overrides: [plain]).Recipe.Hash, RecipeReader.Read(Recipe, overrides: [signed]).Recipe.Hash);

    [Theory]
    [InlineData("seed=2")]
    [InlineData("duration=11ep")]
    [InlineData("learning_rate.1.cosine.to=1e-9")]
    [InlineData("data.augment=flip")]
    [InlineData("model.epsilon=0")]
    [InlineData("optimizer.decay=decoupled")]
    [InlineData("optimizer.groups.norm.weight_decay=0")]
    [InlineData("precision=float64")]
    [InlineData("data.label_noise.fraction=0.1")]
    [InlineData("data.patches.fraction=0.1")]
    [InlineData("data={set: ps10, batch: 64}")]
    [InlineData("auto_decay={}")]
    public void Every_change_that_matters_changes_the_hash(string change) =>
        Assert.NotEqual(RecipeReader.Read(Recipe).Recipe.Hash, RecipeReader.Read(Recipe, overrides: [change]).Recipe.Hash);

    [Theory]
    [InlineData("learning_rate: {polynomial: {from: 1, to: 0.1, power: 2, inclusive: true}}")]
    [InlineData("learning_rate: {exponential: {from: 1, factor: 0.5, every: 1.5ep}}")]
    [InlineData("learning_rate: [{constant: {value: 1, for: 1ep}}, {steps: {start: 1, at: [1ep, 2ep], factor: 0.5}}]")]
    [InlineData("learning_rate: {inverse_sqrt: {peak: 1, shift: 0.5ep}}")]
    [InlineData("learning_rate: {restarts: {from: 1, to: 0, period: 1ep, growth: 2, peak_decay: 0.5}}")]
    [InlineData("learning_rate: {triangular: {low: 0, high: 1, period: 4ba, decay: 0.5}}")]
    [InlineData("learning_rate: {one_cycle: {peak: 1, shape: linear, three_phase: true, momentum: {}}}")]
    [InlineData("learning_rate: {wsd: {peak: 1, warmup: 1ep, decay: 1ep, shape: sqrt, convention: start-at-zero}}")]
    [InlineData("learning_rate: {table: {values: [3, 2, 1]}}")]
    [InlineData(
        "learning_rate: {scaled: {factor: 2, log_factor: -1.5, of: [{warmup: {peak: 1, for: 1ep, convention: end-at-peak}}, {constant: "
        + "{value: 1}}]}}")]
    [InlineData("learning_rate: {repeated: {times: 3, of: {linear: {from: 0, to: 1, for: 1ep}}}}")]
    [InlineData("learning_rate: [{stretched: {factor: 1.5, of: {cosine: {from: 1, to: 0, for: 1ep}}}}, {constant: {value: 0.1}}]")]
    [InlineData(
        "learning_rate: 1\nmodel: {name: mlp, hidden: [3, 2]}\noptimizer: {groups: {bias: {momentum: {linear: {from: 0, to: 0.5}}}}}")]
    [InlineData("learning_rate: 1\nmodel: {name: cnn, norm: group, groups: 4}\nloss: {name: squared-error}")]
    public void The_canonical_recipe_reads_back_as_itself(string schedule)
    {
        var recipe = RecipeReader.Read(
            $"name: r\nduration: 5ep\nsteps_per_epoch: 7\nmomentum: 0.5\n{schedule}".Replace("momentum: 0.5\nlearning_rate: {one_cycle",
                "learning_rate: {one_cycle", StringComparison.Ordinal)).Recipe;
        foreach (var text in new[] { RecipeWriter.ToYaml(recipe), RecipeWriter.ToJson(recipe).ToJsonString() })
        {
            var again = RecipeReader.Read(text).Recipe;
            Assert.Equal(recipe.LearningRate, again.LearningRate);
            Assert.Equal(recipe.Momentum, again.Momentum);
            Assert.Equal(recipe.Hash, again.Hash);
        }
    }

    [Theory]
    [InlineData("data={set: ps10, patterns: {kind: tiled, sigma: 1, noise: 0.3}, seed: 4}")]
    [InlineData("data={set: digits, batch: full, label_noise: {kind: pair-flip, fraction: 0.3}, patches: {fraction: 0.5, size: 3}}")]
    [InlineData("auto_decay={factor: 0.5, window: 7, stages: 4}")]
    [InlineData("log={every: 1ba, evaluate: 5ba}")]
    public void Changed_data_and_controllers_read_back_as_themselves(string change)
    {
        var recipe = RecipeReader.Read(Recipe, overrides: [change]).Recipe;
        Assert.Equal(recipe.Hash, RecipeReader.Read(RecipeWriter.ToYaml(recipe)).Recipe.Hash);
        Assert.NotEqual(RecipeReader.Read(Recipe).Recipe.Hash, recipe.Hash);
    }

    [Fact]
    public void The_full_batch_is_the_number_of_all_images_in_another_word() =>
        Assert.Equal(RecipeReader.Read(Recipe, overrides: ["data.batch=1437"]).Recipe.Hash,
            RecipeReader.Read(Recipe, overrides: ["data.batch=full"]).Recipe.Hash);

    [Fact]
    public void A_changed_copy_has_the_hash_of_what_it_is_now_and_the_first_keeps_its_own()
    {
        var first = RecipeReader.Read(Recipe).Recipe;
        string hash = first.Hash;
        var changed = first with { Seed = first.Seed + 1 };
        Assert.Equal(RecipeReader.Read(Recipe, overrides: [$"seed={first.Seed + 1}"]).Recipe.Hash, changed.Hash);
        Assert.Equal(hash, (changed with { Seed = first.Seed }).Hash);
        Assert.Equal(hash, first.Hash);
    }
}
