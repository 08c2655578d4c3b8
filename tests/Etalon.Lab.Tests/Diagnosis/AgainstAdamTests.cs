using Etalon.Lab.Diagnosis;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>Logs of AdamW held against a recipe.</summary>
public class AgainstAdamTests
{
    private const string Optimizer = "{name: adamw, beta1: 0.9, beta2: 0.95}";

    private static readonly double[] Rates = [.. Enumerable.Range(0, 400).Select(t => 0.01 * Math.Min(1, t / 20.0))];

    [Fact]
    public void What_was_meant_is_no_fault()
    {
        var diagnosis = Against(Optimizer, 0.01, 0.5);
        Assert.Empty(diagnosis.Flags);
        Assert.Contains(diagnosis.Checked, line => line.StartsWith("differences from meant", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Optimizer, 0.001, 0.5, FlagKind.RateDiffers, "update 5: 0.0025 in the log, 0.00025 in meant")]
    [InlineData(Optimizer, 0.01, 0.05, FlagKind.DecayDiffers, "update 0: 0.5 in the log, 0.05 in meant")]
    [InlineData("{name: adamw, beta1: 0.95, beta2: 0.95}", 0.01, 0.5, FlagKind.MomentumDiffers, "update 0: 0.9 in the log, 0.95 in meant")]
    [InlineData("{name: adamw, beta1: 0.9, beta2: 0.999}", 0.01, 0.5, FlagKind.MomentumDiffers, ": 0.95 in the log, 0.999 in meant")]
    [InlineData("{name: lion, beta1: 0.9, beta2: 0.95}", 0.01, 0.5, FlagKind.RuleDiffers, "The log has AdamW, and meant Lion.")]
    [InlineData("{name: adam, beta1: 0.9, beta2: 0.95}", 0.01, 0.5, FlagKind.RuleDiffers, "meant Adam with its decay in the gradient.")]
    [InlineData("{nesterov: true}", 0.01, 0.5, FlagKind.RuleDiffers, "The log has AdamW, and meant SGD.")]
    public void Another_number_or_optimizer_is_told_with_its_update(string optimizer, double rate, double decay, object kind, string told)
    {
        var flag = Assert.Single(Against(optimizer, rate, decay).Flags);
        Assert.Equal(kind, flag.Kind);
        Assert.Contains(told, flag.Shown, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_whose_rate_is_not_known_before_is_refused_with_what_to_do()
    {
        var refused = Assert.Throws<InputException>(() => Against("{name: wngrad, scope: tensor}", 1, 0));
        Assert.Contains("give the log or the folder of a run", refused.Problems[0], StringComparison.Ordinal);
    }

    private static RunDiagnosis Against(string optimizer, double rate, double decay)
    {
        var recipe = RecipeReader.Read(FormattableString.Invariant($$$"""
            name: meant
            duration: 400ba
            steps_per_epoch: 100
            optimizer: {{{optimizer}}}
            learning_rate:
              - linear: {from: 0, to: {{{rate}}}, for: 20ba}
              - linear: {from: {{{rate}}}, to: {{{rate}}}}
            weight_decay: {{{decay}}}

            """)).Recipe;
        return RunDiagnosis.Of(new AdamWalk(Rates, 0.5, 0.95, 0).Log(every: 5), Reference.Of(recipe));
    }
}
