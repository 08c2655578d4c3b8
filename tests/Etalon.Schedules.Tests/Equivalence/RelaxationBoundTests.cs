using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class RelaxationBoundTests
{
    [Theory]
    [InlineData(0.1, 5e-4), InlineData(0.1, 5e-3), InlineData(0.2, 1e-3), InlineData(0.05, 1e-2)]
    public void TexpPlusPlus_relaxes_to_Texp_within_the_bound(double rate, double decay)
    {
        var source = UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = new Steps(rate, [200, 400], 0.1),
            WeightDecay = decay,
            Momentum = 0.9,
            TotalSteps = 600,
        });
        var (texp, exact) = (Texp.Convert(source).Target, TexpPlusPlus.Convert(source).Target);
        var bound = RelaxationBound.Of(source);
        Assert.True(bound.Base < 1);
        var tightest = 0.0;
        for (var step = 1; step < 600; step++)
        {
            if (step % 200 == 0) continue;
            var logRatio = texp[step - 1].LogRate - texp[step].LogRate - (exact[step - 1].LogRate - exact[step].LogRate);
            // Differences of logarithms of up to 10 round to a few 1e-15, which the bound itself falls below.
            var deviation = Math.Abs(Math.Exp(logRatio) - 1);
            Assert.InRange(deviation, 0, bound.At(step % 200) + 2e-14);
            if (bound.At(step % 200) > 1e-12) tightest = Math.Max(tightest, deviation / bound.At(step % 200));
        }
        // Not merely true: a bound ten times as large would say little.
        Assert.InRange(tightest, 0.3, 1);
    }

    [Fact]
    public void Its_numbers_are_those_of_the_theorem()
    {
        var bound = RelaxationBound.Of(UpdateTable.Of(new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-4,
            Momentum = 0.9,
            TotalSteps = 10,
        }));
        Assert.Equal(3 * 5e-4, bound.Start, 1e-15);
        Assert.Equal(0.9 / (0.99949772836789185 * 0.99949772836789185) * 1.0005, bound.Base, 1e-14);
    }
}
