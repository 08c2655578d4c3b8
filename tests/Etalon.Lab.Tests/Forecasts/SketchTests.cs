using Etalon.Lab.Conversions;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Forecasts;

/// <summary>What a page draws while a recipe is typed against the theorems and laws themselves.</summary>
public class SketchTests
{
    private const string Cosine = "{cosine: {from: 0.1, to: 0}}", Stairs = "{steps: {start: 0.5, at: [700ba, 1500ba], factor: 0.1}}",
        Warm = "[{linear: {from: 0, to: 0.3, for: 200ba}}, {exponential: {from: 0.3, factor: 0.5, every: 300ba}}]",
        Cycle = "{one_cycle: {peak: 0.2}}", Held = "[{constant: {value: 0.1, for: 900ba}}, {constant: {value: 0.1}}]";

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    // Rounding alone: a few thousand updates of 1e-16 each, in the logarithm.
    private const double Tolerance = 1e-11;

    [Theory]
    [InlineData(Cosine, "0.9", "")]
    [InlineData(Stairs, "0.9", "")]
    [InlineData(Warm, "0.5", "optimizer: {dampening: 0.3}")]
    [InlineData(Cycle, "0", "")]
    [InlineData(Held, "{linear: {from: 0.5, to: 0.9}}", "")]
    public void The_twins_rates_are_those_of_the_conversion(string rate, string momentum, string optimizer)
    {
        var recipe = Read(rate, momentum, optimizer);
        long[] steps = [.. Enumerable.Range(0, 400).Select(i => i * 6L), recipe.TotalSteps - 1];
        var sketch = TwinSketch.LogRates(recipe, RecipeValues.Of(recipe, Now)!, steps, Now)!;
        var target = ScheduleConversion.Of(recipe with { Equivalent = new EquivalentSpec { Form = EquivalentForm.TexpPlusPlus } })!.Target;
        for (int i = 0; i < steps.Length; i++)
        {
            double expected = target[steps[i]].LogRate;
            Assert.True(sketch[i] == expected || Math.Abs(sketch[i] - expected) <= Tolerance * Math.Max(1, Math.Abs(expected)),
                $"step {steps[i]}: {sketch[i]:R} for {expected:R}");
        }
    }

    [Theory]
    [InlineData(Cosine, "0.9", "")]
    [InlineData(Stairs, "0.9", "optimizer: {nesterov: true}")]
    [InlineData(Stairs, "0.8", "optimizer: {decay: decoupled, dampening: 0.2}")]
    [InlineData(Warm, "0", "")]
    [InlineData(Held, "0.9", "")]
    [InlineData(Cycle, "{linear: {from: 0.5, to: 0.9}}", "")]
    public void The_forecast_its_units_and_its_phases_are_those_of_the_laws(string rate, string momentum, string optimizer)
    {
        var recipe = Read(rate, momentum, optimizer);
        long[] steps = [.. Enumerable.Range(0, 400).Select(i => i * 6L), recipe.TotalSteps - 1];
        var values = RecipeValues.Of(recipe, Now)!;
        var sketch = ForecastSketch.Of(recipe, values, steps, Now)!;
        var forecast = Forecast.Without(recipe);
        Assert.Equal(forecast.Phases.Count, sketch.Phases);
        Assert.Equal(forecast.Phases.Select(phase => phase.Begin), PhaseBegins.Of(recipe, values));
        Assert.Equal(forecast.MixingUnits, sketch.MixingUnits, Tolerance * forecast.MixingUnits);
        var until = MixingUnits.Until(InvariantSchedule.Of(recipe).Table);
        var units = UnitsSketch.Until(recipe, values, [.. steps, recipe.TotalSteps])!;
        for (int i = 0; i < steps.Length; i++)
        {
            double expected = forecast.Whole.OverEquilibrium(steps[i]);
            if (double.IsNaN(expected)) Assert.True(double.IsNaN(sketch.OverEquilibrium[i]), $"step {steps[i]}");
            else Assert.Equal(expected, sketch.OverEquilibrium[i], 1e-9 * expected);
            Assert.Equal(until[(int)steps[i]], units[i], Tolerance * Math.Max(1, until[(int)steps[i]]));
        }
        Assert.Equal(until[^1], units[^1], Tolerance * until[^1]);
    }

    [Theory]
    [InlineData(Cosine, "0.9", "optimizer: {nesterov: true}")]
    [InlineData(Cosine, "[{constant: {value: 0, for: 100ba}}, {constant: {value: 0.9}}]", "")]
    [InlineData("{constant: {value: 900}}", "0.9", "")]
    public void Where_plain_numbers_will_not_do_there_is_no_sketch(string rate, string momentum, string optimizer)
    {
        var recipe = Read(rate, momentum, optimizer);
        Assert.Null(TwinSketch.LogRates(recipe, RecipeValues.Of(recipe, Now)!, [recipe.TotalSteps - 1], Now));
    }

    private static Recipe Read(string rate, string momentum, string optimizer) => RecipeReader.Read(
        $"duration: 2500ba\nsteps_per_epoch: 100\nlearning_rate: {rate}\nweight_decay: 5e-3\nmomentum: {momentum}\n{optimizer}\n").Recipe;
}
