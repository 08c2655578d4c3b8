using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class ConversionTests
{
    private static readonly UpdateSchedule _standard =
        new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 2000 * 391,
            StepsPerEpoch = 391,
        };

    [Fact]
    public void The_standard_recipe_leaves_the_formats_in_the_known_epochs()
    {
        var range = Converter.Convert(_standard, EquivalentForm.Exponential).Range;
        Assert.Equal(["float16", "float32", "float64"], range.Formats.Select(format => format.Format));
        // Epoch e is the e-th, counted from 1: the rate passes float16 in epoch 34, float32 in epoch 232.
        Assert.Equal(34, range.Formats[0].Rate / 391);
        Assert.Equal(231, range.Formats[1].Rate / 391);
        // Squares of weights of norm 5 leave float32 at about epoch 218; ours are of norm 1, and 5² is eight epochs of growth.
        Assert.InRange((double)range.Formats[1].SquaredWeights! / 391, 225, 227);
        Assert.Equal(1806, range.Formats[2].SquaredWeights / 391);
        Assert.Null(range.Formats[2].Weights);
        Assert.Equal(2000 * 391 - 1, range.LargestRateStep);
    }

    [Fact]
    public void A_step_at_which_a_format_ends_is_the_first()
    {
        var conversion = Converter.Convert(_standard, EquivalentForm.TexpPlusPlus);
        var format = conversion.Range.Formats[0];
        Assert.True(conversion.Target[format.Rate!.Value].Rate > (double)Half.MaxValue);
        Assert.True(conversion.Target[format.Rate!.Value - 1].Rate <= (double)Half.MaxValue);
    }

    [Fact]
    public void After_a_million_steps_TexpPlusPlus_has_the_growth_of_the_closed_form()
    {
        var source = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 1_000_000,
        });
        var (exact, closed) = (TexpPlusPlus.Convert(source), ConstantRate.Convert(source));
        // The two differ by a constant, the start. η κ = 5e-4 is known to about 1e-14 of itself, so its sum over a million steps to 5e-12.
        var early = exact.LogScaleAt(1000) - closed.LogScaleAt(1000);
        Assert.Equal(early, exact.LogScaleAt(1_000_000) - closed.LogScaleAt(1_000_000), 1e-11);
    }

    [Theory]
    [InlineData(EquivalentForm.TexpPlusPlus, "cosine")]
    [InlineData(EquivalentForm.TexpPlusPlus, "rate 0 in the middle")]
    [InlineData(EquivalentForm.TexpPlusPlus, "decoupled")]
    [InlineData(EquivalentForm.Texp, "step decay")]
    [InlineData(EquivalentForm.Texp, "rate 0 in the middle")]
    [InlineData(EquivalentForm.Exponential, "constant")]
    public void The_equivalent_schedule_has_the_numbers_of_the_table_through_json_too(EquivalentForm form, string schedule)
    {
        var conversion = Converter.Convert(TestSchedules.All[schedule], form);
        var again = UpdateTable.Of(UpdateSchedule.FromJson(conversion.ToSchedule().ToJson()));
        for (var step = 0; step < TestSchedules.Steps; step++)
        {
            var (expected, actual) = (conversion.Target[step], again[step]);
            Assert.True(expected.LogRate == actual.LogRate || Math.Abs(expected.LogRate - actual.LogRate) < 1e-14);
            Assert.Equal(expected with { LogRate = 0 }, actual with { LogRate = 0 });
        }
    }

    [Fact]
    public void An_exponential_recipe_is_written_as_one_piece_and_texp_as_one_a_phase()
    {
        Assert.IsType<Exponential>(Converter.Convert(_standard, EquivalentForm.Exponential).ToSchedule().LearningRate);
        var phases =
            Assert.IsType<Sequence>(Converter.Convert(TestSchedules.All["step decay"], EquivalentForm.Texp).ToSchedule().LearningRate);
        Assert.Equal([0, 80, 160], phases.Begins);
        Assert.All(phases.Pieces, piece => Assert.IsType<Exponential>(piece));
    }

    [Fact]
    public void A_separate_look_ahead_is_no_recipe_and_the_message_says_what_to_use() =>
        Assert.Contains("take the numbers of each step from the table", Assert.Throws<EquivalenceException>(
            () => Converter.Convert(TestSchedules.All["nesterov"], EquivalentForm.TexpPlusPlus).ToSchedule()).Message,
            StringComparison.Ordinal);

    [Fact]
    public void It_names_rules_corrections_and_theorem()
    {
        var conversion = Converter.Convert(TestSchedules.All["step decay"], EquivalentForm.Texp);
        Assert.Contains("The source updates by v ← μ v + g + λ w;  w ← w - η v.", conversion.Assumptions);
        Assert.Contains("The state is corrected before update 0, 80, 160.", conversion.Assumptions);
        Assert.Contains("Theorem 2.12", conversion.Theorem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_without_decay_converts_to_itself_with_nothing_to_correct()
    {
        var conversion = Texp.Convert(UpdateTable.Of(TestSchedules.Constant with { WeightDecay = new Constant(0) }));
        Assert.Empty(conversion.Corrections);
        Assert.Equal(conversion.Source.Steps.ToArray(), conversion.Target.Steps.ToArray());
    }

    [Fact]
    public void An_empty_recipe_converts_to_an_empty_one()
    {
        var empty = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 0.01, Momentum = 0.9, TotalSteps = 0 };
        foreach (var form in new[] { EquivalentForm.TexpPlusPlus, EquivalentForm.Texp, EquivalentForm.Exponential })
            Assert.Equal(0, Converter.Convert(empty, form).ToSchedule().TotalSteps);
    }

    [Fact]
    public void A_decay_for_a_form_that_has_none_is_refused() =>
        Assert.Throws<ArgumentException>(() => Converter.Convert(_standard, EquivalentForm.Texp, new Constant(0.1)));

    [Fact]
    public void Steps_beyond_the_table_are_refused_by_name()
    {
        var conversion = Converter.Convert(TestSchedules.Constant, EquivalentForm.TexpPlusPlus);
        Assert.Contains("updates 0 to 239", Assert.Throws<ArgumentOutOfRangeException>(() => conversion.Target[240]).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => conversion.LogScaleAt(241));
        Assert.True(conversion.LogScaleAt(240) > 0);
    }
}
