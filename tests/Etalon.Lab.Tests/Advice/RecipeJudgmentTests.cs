using Etalon.Lab.Advice;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Advice;

public class RecipeJudgmentTests
{
    private const string Sgd = "momentum: 0.9", AdamW = "optimizer: {name: adamw}", Goyal = "weight_decay: 1e-4, momentum: 0.9";

    public static TheoryData<string, string, double[], double> Published => new()
    {
        // name, recipe, units by phase (a cosine in all), epochs of a unit; 0 where it sees its data once
        { "ResNet-50",
            $"duration: 90ep, steps_per_epoch: 5005, learning_rate: {{steps: {{start: 0.1, at: [30ep, 60ep], factor: 0.1}}}}, {Goyal}",
            [15.0, 1.5, 0.15], 2.0 },
        { "Goyal",
            $"duration: 90ep, steps_per_epoch: 157, learning_rate: {{steps: {{start: 3.2, at: [30ep, 60ep, 80ep], factor: 0.1}}}}, {Goyal}",
            [15.1], 2.0 },
        { "NVIDIA",
            "duration: 90ep, steps_per_epoch: 5005, learning_rate: {cosine: {from: 0.256, to: 0}}, weight_decay: 3.0517578125e-5, "
            + "momentum: 0.875",
            [14.1], 3.2 },
        { "WRN-28-10",
            $"duration: 200ep, steps_per_epoch: 391, learning_rate: {{steps: {{start: 0.1, at: [60ep, 120ep, 160ep], factor: 0.2}}}}, "
            + $"weight_decay: 5e-4, {Sgd}",
            [11.7, 2.4, 0.3, 0.06], 5.1 },
        { "DenseNet",
            $"duration: 300ep, steps_per_epoch: 782, learning_rate: {{steps: {{start: 0.1, at: [150ep, 225ep], factor: 0.1}}}}, {Goyal}",
            [11.7, 0.6, 0.06], 12.8 },
        { "CIFAR steps",
            $"duration: 160ep, steps_per_epoch: 391, learning_rate: {{steps: {{start: 0.1, at: [80ep, 120ep], factor: 0.1}}}}, "
            + $"weight_decay: 5e-4, {Sgd}",
            [15.6, 0.8, 0.08], 5.1 },
        { "CIFAR cosine",
            $"duration: 200ep, steps_per_epoch: 391, learning_rate: {{cosine: {{from: 0.1, to: 0}}}}, weight_decay: 5e-4, {Sgd}",
            [19.6], 5.1 },
        { "DeiT-S",
            $"duration: 300ep, steps_per_epoch: 1251, learning_rate: [{{warmup: {{peak: 0.001, for: 5ep}}}}, {{cosine: {{from: 0.001, "
            + $"to: 1e-5}}}}], weight_decay: 0.05, {AdamW}",
            [9.4], 16 },
        { "ConvNeXt-T",
            $"duration: 300ep, steps_per_epoch: 313, learning_rate: {{cosine: {{from: 0.004, to: 0}}}}, weight_decay: 0.05, {AdamW}",
            [9.4], 16 },
        { "CLIP", $"duration: 32ep, steps_per_epoch: 12207, learning_rate: {{cosine: {{from: 5e-4, to: 0}}}}, weight_decay: 0.2, {AdamW}",
            [19.5], 0.8 },
        { "nanoGPT", $"duration: 600000ba, learning_rate: {{cosine: {{from: 6e-4, to: 6e-5}}}}, weight_decay: 0.1, {AdamW}", [19.8], 0 },
        { "Llama-2", $"duration: 500000ba, learning_rate: {{cosine: {{from: 3e-4, to: 3e-5}}}}, weight_decay: 0.1, {AdamW}", [8.2], 0 },
        { "Pythia", $"duration: 143000ba, learning_rate: {{cosine: {{from: 6e-4, to: 6e-5}}}}, weight_decay: 0.1, {AdamW}", [4.7], 0 },
    };

    [Theory]
    [MemberData(nameof(Published))]
    public void Published_recipes_have_the_units_that_are_stated_of_them(string name, string recipe, double[] units, double epochs)
    {
        var judgment = Judge(recipe);
        double[] found = units.Length == 1
            ? [name == "Goyal" ? judgment.MainUnits : judgment.Units] : [.. judgment.Phases.Select(phase => phase.MixingUnits)];
        Assert.Equal(units.Length, found.Length);
        // Half a unit of the last digit that is stated, and the rounding of an epoch's updates.
        foreach (var (expected,
            unit) in units.Zip(found)) Assert.Equal(expected, unit, expected < 1 ? 0.055 * Math.Min(1, expected * 2) : 0.1);
        if (epochs > 0) Assert.Equal(epochs, judgment.EpochsPerUnit!.Value, epochs < 1 ? 0.05 : 0.06 + 0.005 * epochs);
    }

    [Theory]
    [InlineData("fewer than 3", "duration: 10ep, steps_per_epoch: 391, learning_rate: 0.1, weight_decay: 5e-4, momentum: 0.9")]
    [InlineData("more than the 8 to 40", "duration: 900ep, steps_per_epoch: 391, learning_rate: 0.1, weight_decay: 5e-4, momentum: 0.9")]
    [InlineData("one unit an epoch is the most",
        "duration: 8ep, steps_per_epoch: 10000, learning_rate: 0.1, weight_decay: 5e-4, momentum: 0.9")]
    [InlineData("0.02 rad", "duration: 30ep, steps_per_epoch: 23, learning_rate: 0.1, weight_decay: 5e-2, momentum: 0.9")]
    [InlineData("oscillate", "duration: 900ep, steps_per_epoch: 23, learning_rate: 0.1, weight_decay: 4e-3, momentum: 0.98")]
    [InlineData("oscillate",
        "duration: 900ep, steps_per_epoch: 391, learning_rate: 0.1, weight_decay: 2.9e-4, momentum: {linear: {from: 0.5, to: 0.99}}")]
    [InlineData("mean of squared gradients",
        "duration: 5000ba, learning_rate: 0.01, weight_decay: 0.2, optimizer: {name: adamw, beta2: 0.999}")]
    [InlineData("Without weight decay", "duration: 10ep, steps_per_epoch: 391, learning_rate: 0.1, momentum: 0.9")]
    [InlineData("second phases of published recipes",
        "duration: 100ep, steps_per_epoch: 391, learning_rate: {steps: {start: 0.1, at: [99ep], factor: 0.1}}, weight_decay: 5e-4, "
        + "momentum: 0.9")]
    [InlineData("shorter than 3 %",
        "duration: 100ep, steps_per_epoch: 391, learning_rate: {steps: {start: 0.1, at: [99ep], factor: 0.1}}, weight_decay: 5e-4, "
        + "momentum: 0.9")]
    public void A_rule_that_is_broken_is_named_with_its_numbers(string words, string recipe) =>
        Assert.Contains(Judge(recipe).Findings, finding => finding.Contains(words, StringComparison.Ordinal));

    [Theory]
    [InlineData(0, true)]
    [InlineData(2000, true)]
    [InlineData(3954, false)]
    public void A_warm_up_that_is_shorter_than_the_growth_of_the_norm_is_found(long updates, bool isFound)
    {
        string warmup = updates == 0 ? "" : $"{{warmup: {{peak: 6e-4, for: {updates}ba}}}}, ";
        var recipe = RecipeReader.Read(Yaml(
            $"duration: 600000ba, learning_rate: [{warmup}{{cosine: {{from: 6e-4, to: 6e-5}}}}], weight_decay: 0.1, "
            + "optimizer: {name: adamw, beta2: 0.95}")).Recipe;
        var judgment = RecipeJudgment.Of(recipe, startRms: 0.02);
        Assert.Equal(isFound, judgment.Findings.Any(finding => finding.Contains("warm-up", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("optimizer.name = adam", "duration: 10ba, learning_rate: 0.1, optimizer: {name: adam}")]
    [InlineData("optimizer.name = prodigy", "duration: 10ba, learning_rate: 0.1, optimizer: {name: prodigy}")]
    [InlineData("optimizer.dampening", "duration: 10ba, learning_rate: 0.1, momentum: 0.9, optimizer: {dampening: 0.5}")]
    [InlineData("optimizer.decay", "duration: 10ba, learning_rate: 0.1, momentum: 0.9, optimizer: {decay: decoupled}")]
    [InlineData("learning_rate", "duration: 10ba, learning_rate: 0, momentum: 0.9")]
    public void What_has_no_rules_is_refused(string words, string recipe) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => Judge(recipe)).Message, StringComparison.Ordinal);

    private static RecipeJudgment Judge(string recipe) => RecipeJudgment.Of(RecipeReader.Read(Yaml(recipe)).Recipe, startRms: null);

    private static string Yaml(string flow) => $"{{{flow}}}";
}
