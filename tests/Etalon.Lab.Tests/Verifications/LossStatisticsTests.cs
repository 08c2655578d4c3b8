using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Verifications;

namespace Etalon.Lab.Tests.Verifications;

public class LossStatisticsTests
{
    [Fact]
    public void Means_and_scatter_are_those_of_the_second_half_over_the_recipes_own_loss()
    {
        double[] own = [9, 9, 2, 2];
        var losses = LossStatistics.Of(own, [0, 0, 3, 2], [0, 0, 4, 4], [[0, 0, 2, 3], [0, 0, 1, 1]]);
        // Of (2, 2), (2, 3) and (1, 1) the last two are furthest apart: √((1 + 4)/2).
        Assert.Equal((0.25, 1.0, Math.Sqrt(2.5) / 2, 2), (losses.Converted, losses.Control, losses.Scatter, losses.Starts));
        Assert.Equal(double.PositiveInfinity, LossStatistics.Of(own, [0, 0, 3], own, [own]).Converted);
    }

    // Signs under rounding: runs of one recipe drift apart, and a run with a rate that is a tenth larger is further off than they are.
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(9)]
    [InlineData(12)]
    public void A_rate_a_tenth_too_large_is_told_from_what_changed_starts_do(int seed)
    {
        const int Steps = 90;
        var recipe = RecipeReader.Read($$"""
            name: signs
            seed: {{seed}}
            duration: {{Steps}}ba
            data: {set: digits, batch: 32, train: 320, test: 100}
            model: {name: mlp, hidden: [16, 16], epsilon: 0}
            optimizer: {name: signum}
            momentum: 0.9
            learning_rate:
              - linear: {from: 0, to: 0.01, for: 10ba}
              - cosine: {from: 0.01, to: 0}
            weight_decay: 0.5
            precision: float64

            """).Recipe;
        var data = RecipeData.Load(recipe.Data!);
        ComparedRun<double> Run(Recipe trained, double perturbation = 0, int draw = 0) => new(trained, data, 1, perturbation, draw);
        ComparedRun<double>[] runs =
        [
            Run(recipe), Run(recipe, 1e-15, 0), Run(recipe, 1e-15, 1), Run(recipe, 1e-15, 2), Run(recipe, 1e-15, 3),
            Run(recipe with { LearningRate = recipe.LearningRate.Scale(1.1) }),
            Run(recipe with { WeightDecay = new Etalon.Schedules.Constant(0) }),
        ];
        using (var batches = new BatchPrefetcher<double>(runs[0].Trainer.TrainingBatches))
            for (int step = 0; step < Steps; step++)
            {
                var batch = batches.Next();
                foreach (var run in runs) run.Update(batch);
            }
        LossStatistics Of(ComparedRun<double> converted) => LossStatistics.Of(
            runs[0].Losses, converted.Losses, runs[6].Losses, [.. runs[1..4].Select(run => run.Losses)]);
        bool Holds(LossStatistics losses) =>
            Verdict.Of([new Comparison(Steps, 0.5, 0, 0, 0, 0.8, 1, 0.4)], losses).Holds;
        // A fifth run of the same recipe is none of those that the verdict knows.
        Assert.True(Holds(Of(runs[4])));
        Assert.False(Holds(Of(runs[5])));
        Assert.False(Holds(Of(runs[6])));
        foreach (var run in runs) run.Dispose();
    }
}
