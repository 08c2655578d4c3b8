using Etalon.Lab.RangeTests;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Lab.Tests.RangeTests;

public sealed class RateIntervalTests
{
    [Theory]
    [InlineData(0.074, 0.841, 0.25)]
    [InlineData(0.1, 0.1003, 0.1)]
    [InlineData(0.1104, 0.1106, 0.1105)]
    [InlineData(0.12, 0.12, 0.12)]
    [InlineData(100, 225, 150)]
    public void The_middle_is_rounded_to_two_digits_or_as_many_as_keep_it_in_the_interval(double lower, double upper, double middle) =>
        Assert.Equal(middle, new RateInterval(lower, upper).RoundMiddle);

    [Fact]
    public void However_narrow_the_interval_the_rounded_middle_lies_in_it()
    {
        var cases =
            from logarithm in Gen.Choose(-60_000, 60_000)
            from ulps in Gen.Choose(0, 200)
            select (Lower: Math.Exp(logarithm / 1000.0), Ulps: ulps);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20261128, 7), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            var interval = new RateInterval(one.Lower, one.Lower + one.Ulps * (Math.BitIncrement(one.Lower) - one.Lower));
            return interval.Contains(interval.RoundMiddle);
        }));
    }
}
