using Etalon.Lab.Advice;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Lab.Tests.Advice;

public class TransferTests
{
    private static readonly Gen<double> _factors = Gen.Choose(1, 64).Select(eighths => eighths / 8.0);

    private static readonly Gen<RecipeNumbersAtPeak> _numbers =
        from kind in Gen.Elements(AdvisedOptimizer.Sgd, AdvisedOptimizer.AdamW, AdvisedOptimizer.Lion)
        from rate in Gen.Choose(1, 1000).Select(value => value / 1e4)
        from decay in Gen.Choose(1, 1000).Select(value => value / 1e4)
        from batch in Gen.Choose(1, 64)
        select new RecipeNumbersAtPeak(new(kind, 0.9, kind == AdvisedOptimizer.Sgd ? 0 : 0.99), rate, decay, 10_000_000, 10_000, 8 * batch);

    [Fact]
    public void Another_batch_keeps_rate_times_decay_over_the_batch_and_the_units_of_an_epoch() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from numbers in _numbers from factor in _factors select (numbers, factor)).ToArbitrary(),
        drawn =>
        {
            var to = new Transfer(drawn.numbers).WithBatch(drawn.factor).To;
            AssertSame(drawn.numbers.UnitsPerExample, to.UnitsPerExample);
            AssertSame(drawn.numbers.UnitsPerEpoch!.Value, to.UnitsPerEpoch!.Value);
        }));

    [Fact]
    public void A_longer_run_lies_half_way_between_the_units_of_an_epoch_and_those_of_the_run() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from numbers in _numbers from factor in _factors select (numbers, factor)).ToArbitrary(),
        drawn =>
        {
            var (from, to) = (drawn.numbers, new Transfer(drawn.numbers).WithBudget(drawn.factor).To);
            double epoch = to.UnitsPerUpdate / from.UnitsPerUpdate;
            double run = to.UnitsPerUpdate * drawn.factor / from.UnitsPerUpdate;
            AssertSame(1, epoch * run);
        }));

    [Fact]
    public void More_data_passed_as_often_keeps_the_units_of_an_epoch_and_of_the_run() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from numbers in _numbers from factor in _factors select (numbers, factor)).ToArbitrary(),
        drawn =>
        {
            var (from, to) = (drawn.numbers, new Transfer(drawn.numbers).WithData(drawn.factor).To);
            AssertSame(from.UnitsPerEpoch!.Value, to.UnitsPerEpoch!.Value);
            AssertSame(from.UnitsPerUpdate * from.TotalSteps, to.UnitsPerUpdate * to.TotalSteps, 1e-6);
        }));

    [Fact]
    public void Another_width_keeps_the_product() => Check.QuickThrowOnFailure(Prop.ForAll(
        (from numbers in _numbers from factor in _factors select (numbers, factor)).ToArbitrary(),
        drawn => AssertSame(drawn.numbers.Rate * drawn.numbers.WeightDecay,
            Product(new Transfer(drawn.numbers).WithWidth(drawn.factor).To))));

    [Fact]
    public void Lion_for_AdamW_has_updates_of_the_same_size_and_the_same_product()
    {
        var adamW = new RecipeNumbersAtPeak(new(AdvisedOptimizer.AdamW, 0.9, 0.999), 1e-3, 0.05, 1000, 100, 64);
        var lion = new Transfer(adamW).WithOptimizer(new(AdvisedOptimizer.Lion, 0.9, 0.99), rate: null).To;
        Assert.Equal(0.23, lion.Rate / adamW.Rate, 0.005);
        Assert.Equal(4.4, lion.WeightDecay / adamW.WeightDecay, 0.05);
        AssertSame(Product(adamW), Product(lion));
    }

    [Fact]
    public void Another_optimizer_keeps_the_units_of_an_update()
    {
        var sgd = new RecipeNumbersAtPeak(new(AdvisedOptimizer.Sgd, 0.9), 0.1, 5e-4, 1000, 100, 64);
        var adamW = new Transfer(sgd).WithOptimizer(new(AdvisedOptimizer.AdamW, 0.9, 0.999), rate: 1e-3).To;
        AssertSame(sgd.UnitsPerUpdate, adamW.UnitsPerUpdate);
        Assert.Equal(0.5, adamW.WeightDecay, 1e-12);
        Assert.Throws<InputException>(() => new Transfer(sgd).WithOptimizer(adamW.Rule, rate: null));
    }

    private static double Product(RecipeNumbersAtPeak numbers) => numbers.Rate * numbers.WeightDecay;

    private static void AssertSame(double expected, double actual, double tolerance = 1e-12) =>
        Assert.True(Math.Abs(actual / expected - 1) <= tolerance, $"{actual:R} where {expected:R} was expected");
}
