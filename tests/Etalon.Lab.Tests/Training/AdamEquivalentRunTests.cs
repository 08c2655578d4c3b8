using Etalon.Engine;
using Etalon.Lab.Conversions;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Training;

/// <summary>Equivalents of AdamW and of other rules with decoupled decay on a residual network in float64, over 150 updates.</summary>
public class AdamEquivalentRunTests
{
    // Rounding alone makes 1e-15 to 1e-14 of it.
    private const double Exact = 1e-12, Different = 1e-2;

    private const string Text = """
        name: equivalent
        duration: 150ba
        data: {set: digits, batch: 32, train: 320, test: 60}
        model: {name: preresnet-8, width: 4, affine: true, head: trained}
        precision: float64
        learning_rate: [{linear: {from: 0, to: 0.01, for: 15ba}}, {cosine: {from: 0.01, to: 0}}]
        weight_decay: 0.5
        optimizer: {name: adamw}

        """;

    private static readonly Lazy<double[]> Own = new(() => Outputs(Recipe()));

    [Theory]
    [InlineData("equivalent.form=adam")]
    [InlineData("equivalent={form: adam, weight_decay: 0.1}")]
    [InlineData("equivalent={form: adam, weight_decay: {cosine: {from: 1, to: 0}}}")]
    [InlineData("equivalent.form=scaled-gradient")]
    [InlineData("equivalent={form: scaled-gradient, weight_decay: 0.1}")]
    public void An_equivalent_of_adamw_computes_the_same_outputs(string form) =>
        Assert.InRange(Distance(Own.Value, Outputs(Recipe(form))), 0, Exact);

    [Theory]
    [InlineData("adam", "optimizer={name: adamw, beta2: 0.95, epsilon: 1e-2}")]
    [InlineData("adam", "momentum={linear: {from: 0.5, to: 0.95}}", "weight_decay={linear: {from: 1, to: 0}}")]
    [InlineData("scaled-gradient", "optimizer={decay: decoupled, nesterov: true}", "momentum=0.9")]
    [InlineData("adam-constant-betas", "learning_rate=0.005")]
    [InlineData("scaled-gradient", "optimizer={name: lion}", "learning_rate=0.003")]
    [InlineData("scaled-gradient", "optimizer={name: signum}", "momentum=0.9", "learning_rate=0.003")]
    public void So_does_one_of_other_numbers_and_rules(string form, params string[] changes)
    {
        var own = Outputs(Recipe(changes));
        Assert.InRange(Distance(own, Outputs(Recipe([.. changes, $"equivalent.form={form}"]))), 0, Exact);
        Assert.True(Distance(own, Outputs(Recipe([.. changes, "weight_decay=0"]))) > Different);
    }

    // Five steps of Newton and Schulz make 500 times as much of a small singular value: rounding grows, as it does from a changed start.
    [Theory]
    [InlineData("optimizer={name: muon}", "momentum=0.95")]
    [InlineData("optimizer={name: muon, nesterov: false}", "momentum=0.9")]
    public void So_does_one_of_muon_as_far_as_rounding_goes(params string[] changes)
    {
        changes = [.. changes, "learning_rate=0.02"];
        var own = Outputs(Recipe(changes));
        double rounding = Distance(own, Outputs(Recipe(changes), perturbation: 1e-15));
        Assert.InRange(rounding, 0, 1e-8);
        Assert.InRange(Distance(own, Outputs(Recipe([.. changes, "equivalent.form=scaled-gradient"]))), 0, 100 * rounding);
        Assert.True(Distance(own, Outputs(Recipe([.. changes, "weight_decay=0"]))) > Different);
    }

    [Fact]
    public void Without_its_decay_with_the_rate_alone_or_with_unscaled_gradients_the_run_is_another()
    {
        var scaled = ScheduleConversion.Of(Recipe("equivalent.form=scaled-gradient"))!;
        var rates = SimplestRates(scaled);
        var covered = new GroupSpec { Parameters = ParameterClass.ScaleInvariant, WeightDecay = new Constant(0) };
        Assert.True(Distance(Own.Value, Outputs(With(covered))) > Different);
        // eta P' with Adam's betas and epsilon as they are: also what is left where the gradients are not multiplied by P.
        Assert.True(Distance(Own.Value, Outputs(With(covered with { LearningRate = rates }))) > Different);
    }

    private static Table SimplestRates(Conversion conversion) => new([.. conversion.Target.Steps.ToArray().Select(step => step.Rate)]);

    private static Recipe With(GroupSpec group)
    {
        var recipe = Recipe();
        return recipe with { Optimizer = recipe.Optimizer with { Groups = [group] } };
    }

    private static Recipe Recipe(params string[] changes) => RecipeReader.Read(Text, overrides: changes).Recipe;

    private static double[] Outputs(Recipe recipe, double perturbation = 0)
    {
        using var trainer = new Trainer<double>(recipe, DataCatalog.Load("digits"), threads: 1);
        var stream = new CounterStream(1, "perturbation");
        if (perturbation > 0)
            foreach (ref double weight in trainer.Network.Parameters.Span) weight *= 1 + perturbation * stream.NextNormal();
        trainer.Run(NullObserver.Instance, TestContext.Current.CancellationToken);
        trainer.Evaluate();
        return [.. Enumerable.Range(0, 28).SelectMany(image => trainer.Network.OutputsOf(image).ToArray())];
    }

    private static double Distance(double[] own, double[] other) =>
        own.Zip(other, (a, b) => Math.Abs(a - b)).Max() / own.Max(Math.Abs);
}
