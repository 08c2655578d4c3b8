using System.Globalization;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.RangeTests;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.RangeTests;

public sealed class RateRangeTestTests
{
    private const string Recipe =
        """
        name: small
        duration: 8ep
        data: {set: digits, batch: 64}
        model: {name: mlp, hidden: [32]}
        learning_rate: {cosine: {from: 0.1, to: 0}}
        weight_decay: 5e-4
        momentum: 0.9
        """;

    private static Recipe Read(params string[] overrides) => RecipeReader.Read(Recipe, overrides: overrides).Recipe;

    [Fact]
    public void Training_after_a_test_gives_the_bits_of_training_without()
    {
        var recipe = Read("duration=30ba");
        float[] without = Trained(recipe);
        string[] files = Directory.GetFileSystemEntries(Environment.CurrentDirectory);
        RateRangeTest.Run(recipe, new RateTestOptions { Updates = 60 }, threads: 2, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(without, Trained(recipe));
        // Nor is there a run folder, or any other file.
        Assert.Equal(files, Directory.GetFileSystemEntries(Environment.CurrentDirectory));
    }

    [Fact]
    public void The_result_does_not_depend_on_the_number_of_threads()
    {
        var one = RateRangeTest.Run(Read(), new RateTestOptions { Updates = 100 }, threads: 1,
            cancellation: TestContext.Current.CancellationToken);
        var five = RateRangeTest.Run(Read(), new RateTestOptions { Updates = 100 }, threads: 5,
            cancellation: TestContext.Current.CancellationToken);
        var common = one.Interval!.Value;
        Assert.All(one.Curves,
            curve => Assert.True(
                curve.Reading.Interval!.Value.Lower <= common.Lower && common.Upper <= curve.Reading.Interval.Value.Upper));
        Assert.Equal(one.Interval, five.Interval);
        Assert.Equal(one.Others, five.Others);
        Assert.Equal(one.Curves.SelectMany(curve => curve.Losses), five.Curves.SelectMany(curve => curve.Losses));
        Assert.Equal([1UL, 2, 3], five.Curves.Select(curve => curve.Seed));
    }

    [Fact]
    public void Each_seed_is_the_training_of_the_recipe_with_a_rising_rate()
    {
        var test = RateRangeTest.Run(Read("seed=7"), new RateTestOptions { From = 1e-4, To = 10, Updates = 101, Seeds = 2 }, threads: 2,
            cancellation: TestContext.Current.CancellationToken);
        var curve = test.Curves[1];
        // The same by a recipe that says so: five decades in 100 updates.
        var recipe =
            Read("seed=8", "duration=101ba", "learning_rate={exponential: {from: 1e-4, factor: 10, every: 20ba}}", "log.monitors=1ba");
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        for (int i = 0; i < curve.Losses.Count; i++)
        {
            var report = trainer.Update(batches.Next());
            // Rates are the same to the last digits, and the losses with them: in float32, until the rates are so large that the training
            // is chaotic.
            Assert.Equal(report.Numbers.Rate, curve.Rates[i], report.Numbers.Rate * 1e-12);
            if (curve.Rates[i] > 0.1) continue;
            Assert.Equal(report.Batch.Loss, curve.Losses[i], report.Batch.Loss * 1e-4);
            double effective = report.Monitors![report.Monitors.Groups.Count - 1].EffectiveRate;
            Assert.Equal(effective, curve.EffectiveRates![i], effective * 1e-4);
        }
    }

    // The point of it all: 8 epochs with the middle as the cosine's beginning, beside a grid of half decades.
    [Theory]
    [InlineData("model.norm=batch")]
    [InlineData("model.norm=none")]
    [InlineData("momentum=0")]
    public void The_middle_trains_as_well_as_the_best_of_a_grid(string change)
    {
        var test = RateRangeTest.Run(Read(change), new RateTestOptions(), threads: 2, cancellation: TestContext.Current.CancellationToken);
        double[] grid = [0.001, 0.00316, 0.01, 0.0316, 0.1, 0.316, 1, 3.16];
        double[] accuracies = [.. grid.Select(rate => Accuracy(change, rate))];
        double best = accuracies.Max(), found = Accuracy(change, test.Rate!.Value);
        // Of 360 images; a point, and one standard error of the accuracy itself for the best of eight.
        Assert.True(found >= best - 0.02, $"{test.Rate}: {found:P1}, best {best:P1}");
        Assert.InRange(accuracies.Count(accuracy => accuracy < best - 0.02), 3, 7);
    }

    [Fact]
    public void Seeds_that_have_no_rate_in_common_give_none()
    {
        var curves = new[] { Curve(1, curvature: 1), Curve(2, curvature: 1000) };
        Assert.All(curves, curve => Assert.NotNull(curve.Reading.Interval));
        var test = new RateRangeTest(Read(), new RateTestOptions { Seeds = 2 }, 0.1, curves, []);
        Assert.Null(test.Rate);
        Assert.Contains("the seeds have no rate in common", Assert.Single(test.Problems), StringComparison.Ordinal);
        Assert.NotNull(new RateRangeTest(Read(), new RateTestOptions { Seeds = 2 }, 0.1, [curves[0], curves[0]], []).Rate);
    }

    [Fact]
    public void An_optimizer_whose_loss_was_not_finite_settles_nowhere_and_is_said_to()
    {
        var test = new RateRangeTest(Read(), new RateTestOptions { Seeds = 1 }, 0.1, [Curve(1, curvature: 1)],
            [new AdaptiveRate("DoG", null, null, null)]);
        Assert.Matches("^DoG settles +nowhere +its loss was not finite$", RateTestText.Answer(test, 120)[^1]);
        Assert.DoesNotContain(RateTestChart.Of(test).Panels, panel => panel.Lines.Any(line => line.Name == "DoG"));
    }

    [Fact]
    public void The_rate_of_WNGrad_is_the_median_of_one_over_b_in_the_last_quarter()
    {
        var test = RateRangeTest.Run(Read(), new RateTestOptions { Updates = 80, Seeds = 1 }, threads: 2,
            cancellation: TestContext.Current.CancellationToken);
        var recipe = Read("duration=80ba", "learning_rate=1", "optimizer={name: wngrad, initial_unit: gradient-norm}");
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        List<double> rates = [];
        while (!trainer.IsDone)
        {
            trainer.Update(batches.Next());
            rates.Add(1 / ((WnGrad<float>)trainer.Optimizer).Divisors(0)[0]);
        }
        var found = test.Others[0];
        Assert.Equal("WNGrad", found.Name);
        // b only grows, so that the order of the rates is known: the upper median of the last 20 is the tenth of them.
        Assert.Equal(rates[^11], found.Rate!.Value, 1e-9);
        Assert.Equal(rates[^1] / rates[39], found.Drift!.Value, 1e-9);
    }

    [Fact]
    public void The_rate_of_DoG_is_told_as_that_of_the_recipes_momentum()
    {
        var options = new RateTestOptions { Updates = 80, Seeds = 1 };
        double with = RateRangeTest.Run(Read("momentum=0.9"), options, threads: 2,
            cancellation: TestContext.Current.CancellationToken).Others[1].Rate!.Value;
        double without = RateRangeTest.Run(Read("momentum=0"), options, threads: 2,
            cancellation: TestContext.Current.CancellationToken).Others[1].Rate!.Value;
        Assert.Equal(without / 10, with, with * 1e-9);
    }

    [Fact]
    public void Where_the_rule_is_not_SGD_the_rates_of_others_would_say_nothing()
    {
        var test = RateRangeTest.Run(Read("optimizer.name=adam", "momentum=0", "learning_rate=1e-3"),
            new RateTestOptions { Updates = 60, Seeds = 1 }, threads: 1, cancellation: TestContext.Current.CancellationToken);
        Assert.Empty(test.Others);
    }

    [Fact]
    public void An_equivalent_form_and_auto_decay_are_tested_as_the_recipe_itself()
    {
        var options = new RateTestOptions { Updates = 60, Seeds = 1 };
        double[] Losses(params string[] overrides) =>
            [.. RateRangeTest.Run(Read(overrides), options, threads: 1,
                cancellation: TestContext.Current.CancellationToken).Curves[0].Losses];
        Assert.Equal(Losses(), Losses("equivalent.form=texp++"));
        Assert.Equal(Losses(), Losses("auto_decay={stages: 2}"));
    }

    [Fact]
    public void Decay_and_momentum_stand_where_they_are_at_the_largest_rate_and_groups_keep_their_ratio()
    {
        var recipe = Read(
            "learning_rate=[{linear: {from: 0, to: 0.2, for: 2ep}}, {constant: {value: 0.2}}]",
            "momentum={linear: {from: 0.5, to: 0.9, for: 8ep}}", "weight_decay={linear: {from: 8e-4, to: 0, for: 8ep}}",
            "optimizer.groups={head: {learning_rate: {linear: {from: 0.2, to: 0, for: 8ep}}}}");
        var tested = new TestedRecipe(recipe, new RateTestOptions { From = 1e-3, To = 1 });
        var rising = tested.Rising(2);
        Assert.Equal((0.2, 3UL, 200L), (tested.Peak, rising.Seed, rising.TotalSteps));
        Assert.All([0, 100, 199], step => Assert.Equal(0.6, rising.Momentum.ValueAt(step), 1e-12));
        Assert.All([0, 100, 199], step => Assert.Equal(6e-4, rising.WeightDecay.ValueAt(step), 1e-15));
        // A quarter of the way down where the rate has come to its peak: 0.15 of 0.2.
        Assert.All([0, 100, 199],
            step => Assert.Equal(0.75, rising.Optimizer.Groups[0].LearningRate!.ValueAt(step) / rising.LearningRate.ValueAt(step), 1e-12));
        Assert.Equal(new Constant(0),
            new TestedRecipe(
                recipe with
                {
                    Optimizer = recipe.Optimizer with
                    {
                        Groups = [recipe.Optimizer.Groups[0] with { LearningRate =
                    new Constant(0) }]
                    }
                }, new()).Rising(0).Optimizer.Groups[0].LearningRate);
    }

    [Theory]
    [InlineData("coupled", 1)]
    [InlineData("decoupled", 0.1)]
    public void WNGrad_shrinks_weights_as_the_recipe_does(string decay, double factor)
    {
        var recipe = Read($"optimizer.decay={decay}", "learning_rate=0.1", "weight_decay=0.01");
        var wngrad = new TestedRecipe(recipe, new()).WithWnGrad();
        Assert.Equal(factor * 0.01, wngrad.WeightDecay.ValueAt(0), 1e-15);
        Assert.Equal(recipe.Optimizer.Rule.Decay, wngrad.Optimizer.Rule.Decay);
    }

    // DoG multiplies gradient and decay by r. Under heavy ball of 0.9 that is the rate r / 10, whose decoupled decay shrinks by a tenth of
    // r lambda.
    [Theory]
    [InlineData("coupled", 1)]
    [InlineData("decoupled", 0.1)]
    public void DoG_shrinks_weights_as_the_recipe_does(string decay, double factor) =>
        Assert.Equal(factor * 0.01,
            new TestedRecipe(Read($"optimizer.decay={decay}", "momentum=0.9", "weight_decay=0.01"), new()).WithDog().WeightDecay.ValueAt(0),
            1e-15);

    [Fact]
    public void The_rate_of_DoG_is_the_median_of_its_distance_over_the_root_of_its_gradients_in_the_last_quarter()
    {
        var test = RateRangeTest.Run(Read("momentum=0"), new RateTestOptions { Updates = 80, Seeds = 1 }, threads: 2,
            cancellation: TestContext.Current.CancellationToken);
        using var trainer = new Trainer<float>(
            Read("momentum=0", "duration=80ba", "learning_rate=1", "optimizer={name: dog, initial_distance: 1e-4}"),
            DataCatalog.Load("digits"), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        List<double> rates = [];
        while (!trainer.IsDone)
        {
            trainer.Update(batches.Next());
            var memory = trainer.Optimizer.Accumulators;
            rates.Add(memory["largest_distance"].Span[0] / Math.Sqrt(memory["sum_of_squares"].Span[0]));
        }
        // Of twenty the upper median.
        Assert.Equal(rates.TakeLast(20).Order().ElementAt(10), test.Others[1].Rate!.Value, 1e-12);
    }

    [Fact]
    public void A_run_whose_loss_is_not_finite_settles_nowhere()
    {
        var wild =
            Read("momentum=0", "duration=20ba", "learning_rate=1", "model.norm=none", "optimizer={name: dog, initial_distance: 1e30}");
        Assert.Equal(new AdaptiveRate("DoG", null, null, null),
            RateSweep<float>.Settle("DoG", wild, DataCatalog.Load("digits"), rate => rate, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_seed_that_is_not_finite_at_once_leaves_the_others_their_picture()
    {
        var curve = Curve(1, curvature: 1);
        var test = new RateRangeTest(Read(), new RateTestOptions { Seeds = 2 }, 0.1,
            [curve, new(2, [], [], null, half: 5, RateTestEnd.NotFinite)], []);
        Assert.Null(test.Rate);
        Assert.Equal(curve.Rates, RateTestChart.MeanLoss(test).X);
        Assert.NotEmpty(RateTestText.Chart(test, 80));
    }

    [Fact]
    public void The_rate_to_use_is_printed_with_all_its_digits()
    {
        var curve = Curve(1, curvature: 1);
        var (lower, upper) = (curve.Reading.Interval!.Value.Lower, curve.Reading.Interval.Value.Upper);
        // Another seed whose interval only touches this one.
        double[] rates = [.. curve.Rates.Select(rate => rate * upper / lower)];
        var other = new RateCurve(2, rates, curve.Losses, null, half: 5, RateTestEnd.LossRose);
        var test = new RateRangeTest(Read(), new RateTestOptions { Seeds = 2 }, 0.1, [curve, other], []);
        Assert.InRange(test.Interval!.Value.Upper / test.Interval.Value.Lower, 1, 1 + 1e-12);
        string printed =
            RateTestText.Answer(test, 120)[2].Split("use this")[1].Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)[0];
        Assert.Equal(upper, double.Parse(printed, CultureInfo.InvariantCulture), 1e-13);
    }

    [Fact]
    public void Below_the_first_rate_of_a_test_there_is_no_effective_rate()
    {
        var curve = RateRangeTest.Run(Read(), new RateTestOptions { From = 0.01, To = 1, Updates = 60, Seeds = 1 }, threads: 1,
            cancellation: TestContext.Current.CancellationToken).Curves[0];
        Assert.Null(curve.EffectiveRateAt(0.009));
        Assert.NotNull(curve.EffectiveRateAt(0.01));
    }

    [Fact]
    public void A_test_can_be_canceled()
    {
        using var cancellation = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(
            () => RateRangeTest.Run(Read(), new RateTestOptions { Seeds = 20 }, threads: 2, (_, _) => cancellation.Cancel(),
                cancellation.Token));
    }

    [Fact]
    public void A_weight_without_normalization_has_no_effective_rate()
    {
        var test = RateRangeTest.Run(Read("model.norm=none"), new RateTestOptions { Updates = 60, Seeds = 1 }, threads: 1,
            cancellation: TestContext.Current.CancellationToken);
        Assert.Null(test.Curves[0].EffectiveRates);
        Assert.Null(test.EffectiveRateAt(0.01));
        Assert.All(test.Others, other => Assert.Null(other.EffectiveRate));
    }

    // The loss falls as gradient flow on a quadratic and is lost beyond 2/curvature.
    private static RateCurve Curve(ulong seed, double curvature)
    {
        double[] rates = [.. Enumerable.Range(0, 200).Select(i => 1e-5 * Math.Pow(1.08, i))];
        return new(seed, rates, [.. rates.Select(rate => rate > 2 / curvature ? 10 : 0.1 + Math.Exp(-20 * rate * curvature))], null,
            half: 5, RateTestEnd.LossRose);
    }

    private static float[] Trained(Recipe recipe)
    {
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        while (!trainer.IsDone) trainer.Update(batches.Next());
        return trainer.Network.Parameters.Span.ToArray();
    }

    private static double Accuracy(string change, double rate)
    {
        using var trainer = new Trainer<float>(
            Read(change, $"learning_rate={{cosine: {{from: {rate:R}, to: 0}}}}", "log={monitors: never, noise: never}"),
            DataCatalog.Load("digits"), threads: 1);
        using var batches = new BatchPrefetcher<float>(trainer.TrainingBatches);
        try
        {
            while (!trainer.IsDone) trainer.Update(batches.Next());
            return trainer.Evaluate().Accuracy;
        }
        catch (DivergedException)
        {
            return 0;
        }
    }
}
