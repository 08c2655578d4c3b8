using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Training;

/// <summary>Equivalents of AdamW and its relatives on a transformer in float64, over 300 updates.</summary>
public class TransformerEquivalentTests
{
    // Rounding alone makes 1e-15 to 1e-13 of it.
    private const double Exact = 1e-12, Different = 1e-2;
    private const int Updates = 300;

    private const string Text = """
        name: equivalent
        duration: 300ba
        data: {set: text, context: 12, batch: 8, train: 160, test: 8}
        model: {name: transformer, layers: 2, width: 16, heads: 2, epsilon: 0}
        precision: float64
        learning_rate: [{linear: {from: 0, to: 0.01, for: 30ba}}, {cosine: {from: 0.01, to: 0}}]
        weight_decay: 0.5
        optimizer: {name: adamw}

        """;

    private static readonly DataSet Data = RecipeData.Load(RecipeReader.Read(Text).Recipe.Data!);

    [Theory]
    [InlineData("equivalent.form=adam")]
    [InlineData("equivalent.form=scaled-gradient", "model.head=tied", "model.epsilon=1e-3")]
    public void An_equivalent_run_computes_the_same_outputs_and_one_without_decay_others(string form, params string[] changes)
    {
        var own = Outputs(Recipe(changes));
        Assert.InRange(Distance(own, Outputs(Recipe([.. changes, form]))), 0, Exact);
        Assert.True(Distance(own, Outputs(Recipe([.. changes, "weight_decay=0"]))) > Different);
    }

    [Theory]
    [Trait("speed", "slow")]
    [InlineData("equivalent={form: adam, weight_decay: 0.1}")]
    [InlineData("equivalent.form=adam", "model.norm=layer", "model.positions=learned", "model.activation=swiglu")]
    [InlineData("equivalent.form=adam", "model.head=tied", "model.epsilon=1e-3")]
    [InlineData("equivalent.form=scaled-gradient", "model.qk_norm=false", "model.epsilon=1e-3")]
    [InlineData("equivalent.form=adam-constant-betas", "learning_rate=0.005")]
    [InlineData("equivalent.form=scaled-gradient", "optimizer={name: lion}", "learning_rate=0.003")]
    [InlineData("equivalent.form=scaled-gradient", "optimizer={name: signum}", "momentum=0.9", "learning_rate=0.003")]
    public void So_do_those_of_other_forms_models_and_rules(string form, params string[] changes) =>
        An_equivalent_run_computes_the_same_outputs_and_one_without_decay_others(form, changes);

    // adamw.md's table of which weights: queries and keys alone, with all writers, and all matrices of the blocks, which is wrong.
    [Theory]
    [Trait("speed", "slow")]
    [InlineData("query key", true)]
    [InlineData("embedding output down query key", true)]
    [InlineData("embedding output down query key value up", false)]
    [InlineData("output down query key", false)]
    public void Adam_in_numbers_on_some_weights_is_the_same_run_where_they_are_scale_invariant(string weights, bool isExact)
    {
        string[] covered = weights.Split(' ');
        bool IsCovered(string tensor) => tensor.EndsWith(".weight", StringComparison.Ordinal)
            && covered.Any(name => tensor.Contains(name, StringComparison.Ordinal));
        var schedule = new UpdateSchedule
        {
            LearningRate = new Cosine(0.005, 0, Updates),
            WeightDecay = 0.5,
            Momentum = 0.9,
            TotalSteps = Updates,
        };
        var conversion = AdamNumbers.Convert(AdamTable.Of(schedule, new OptimizerRule("adamw")));
        var own = Train(IsCovered, step => Of(conversion.Source[step]));
        double distance = Distance(own, Train(IsCovered, step => Of(conversion.Target[step])));
        if (isExact) Assert.InRange(distance, 0, Exact);
        else Assert.True(distance > Different, $"only {distance}");
        Assert.True(Distance(own, Train(IsCovered, step => Of(conversion.Source[step]) with { WeightDecay = 0 })) > Different);
    }

    private static Hyperparameters Of(AdamRow step) =>
        new(step.Rate, step.WeightDecay, step.Beta1) { Beta1 = step.Beta1, Beta2 = step.Beta2, Epsilon = step.Epsilon };

    // AdamW on the covered weights with numbers of each step, and without decay on all others.
    private static double[] Train(Func<string, bool> isCovered, Func<int, Hyperparameters> numbersOf)
    {
        using var workers = new Workers(1);
        var recipe = Recipe();
        using var network = Model.Build<double>(recipe.Model!, Data.Image, Data.ClassCount, new SoftmaxCrossEntropy(), 8, workers);
        network.Initialize(seed: 1);
        using var adam = new Adam<double>(network.Parameters, network.Gradients, new AdamOptions { IsDecayDecoupled = true },
            tensor => isCovered(tensor) ? 1 : 0);
        var batches = BatchSource<double>.ForTraining(Data, 8, new BatchOptions { Seed = 1 });
        var batch = new Batch<double>(batches);
        for (int step = 0; step < Updates; step++)
        {
            batch.Read(batches, step / batches.BatchesPerEpoch, step % batches.BatchesPerEpoch);
            network.Forward(batch.Pixels, batch.Labels, isTraining: true);
            network.Backward();
            adam.Update([new(0.002, 0, 0.9), numbersOf(step)], workers);
        }
        network.Forward(batch.Pixels, batch.Labels, isTraining: false);
        return [.. Enumerable.Range(0, 8).SelectMany(image => network.OutputsOf(image).ToArray())];
    }

    private static Recipe Recipe(params string[] changes) => RecipeReader.Read(Text, overrides: changes).Recipe;

    private static double[] Outputs(Recipe recipe)
    {
        using var trainer = new Trainer<double>(recipe, Data, threads: 1);
        trainer.Run(NullObserver.Instance, TestContext.Current.CancellationToken);
        trainer.Evaluate();
        return [.. Enumerable.Range(0, 8).SelectMany(image => trainer.Network.OutputsOf(image).ToArray())];
    }

    private static double Distance(double[] own, double[] other) =>
        own.Zip(other, (a, b) => Math.Abs(a - b)).Max() / own.Max(Math.Abs);
}
