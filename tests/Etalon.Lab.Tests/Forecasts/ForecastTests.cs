using Etalon.Lab.Data;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Forecasts;

public class ForecastTests
{
    /// <summary>Past three mixing units at L = 0.005, then a tenth of the rate.</summary>
    private static Recipe Spec(string model, double momentum) => RecipeReader.Read(
        $$$"""
        name: forecast
        duration: 700ba
        data: {set: digits, batch: 64}
        model: {{{model}}}
        learning_rate: {steps: {start: {{{(momentum > 0 ? "0.1" : "1")}}}, at: [610ba], factor: 0.1}}
        weight_decay: 5e-3
        momentum: {{{momentum}}}
        log: {monitors: 10ba, noise: never}
        """).Recipe;

    [Theory]
    [InlineData("{name: mlp, hidden: [64], norm: batch, affine: false, head: frozen}", 0.9, 0.15)]
    [InlineData("{name: mlp, hidden: [64], norm: batch, affine: false, head: frozen}", 0, 0.15)]
    [InlineData("{name: preresnet-8, width: 4, affine: false, head: frozen}", 0.9, 0.3)]
    [Trait("speed", "slow")]
    public void A_probe_of_200_updates_forecasts_the_norms_of_a_whole_run(string model, double momentum, double bound)
    {
        var recipe = Spec(model, momentum);
        var forecast = Forecast.Probed(recipe, 200, 2);
        Assert.True(forecast.MixingUnits > 3);
        using var trainer = new Trainer<float>(recipe, RecipeData.Load(recipe.Data!), 2);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        var measured = forecast.Groups.Select(_ => new List<(long, double)>()).ToList();
        while (trainer.Step < recipe.TotalSteps)
        {
            var report = trainer.Update(batches.Next());
            if (report.Monitors is not { } reading) continue;
            Assert.Equal(forecast.Groups.Select(group => group.Name), reading.Groups);
            for (var group = 0; group < measured.Count; group++) measured[group].Add((report.Step, reading[group].Norm));
        }
        for (var group = 0; group < measured.Count; group++)
        {
            Assert.InRange(forecast.Groups[group].ErrorAgainst(measured[group]).Mean, 0, bound);
            // The first half of the probe is the run's own beginning, and the law is exact: what float32 leaves.
            Assert.InRange(forecast.Groups[group].ErrorAgainst(measured[group].Take(10)).Largest, 0, 1e-4);
        }
        // A forecast that held the norm of the start would be off by far more.
        var (first, last) = (measured[^1][0].Item2, measured[^1][^1].Item2);
        Assert.True(first / last > 1.5, $"{first} {last}");
    }

    [Fact]
    public void Without_S_only_ratios_are_told_and_S_does_not_change_them()
    {
        var recipe = Spec("{name: mlp}", 0.9);
        var (none, given) = (Forecast.Without(recipe), Forecast.Given(recipe, 50, null));
        Assert.False(none.HasNorms);
        Assert.True(given.HasNorms);
        foreach (var step in new long[] { 0, 100, 610, 699 })
            Assert.Equal(none.Whole.OverEquilibrium(step), given.Whole.OverEquilibrium(step), 1e-9);
        Assert.Equal(0.316, given.Whole.OverEquilibrium(610), 2e-3);
    }

    [Fact]
    public void A_parameter_group_of_scale_invariant_weights_has_its_own_phases()
    {
        var recipe = RecipeReader.Read("duration: 1000ba\nsteps_per_epoch: 100\nlearning_rate: 0.1\nweight_decay: 0\nmomentum: 0.9\n"
            + "optimizer: {groups: {scale-invariant: {weight_decay: {steps: {start: 1e-3, at: [600ba], factor: 0.1}}}}}\n").Recipe;
        var forecast = Forecast.Without(recipe);
        Assert.Equal([0.6, 0.04], forecast.Phases.Select(phase => Math.Round(phase.MixingUnits, 12)));
    }

    [Fact]
    public void S_moves_geometrically_between_measurements_and_is_held_after_them()
    {
        var curve = new GradientCurve([0, 1, 2], [100, 1, -1]);
        Assert.Equal(10, curve.At(0.5), 1e-12);
        Assert.Equal(1, curve.At(1));
        Assert.Equal(0, curve.At(1.5), 1e-12);
        Assert.Equal(-1, curve.At(7));
    }
}
