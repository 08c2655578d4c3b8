using Etalon.Lab.Diagnosis.Phases;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>AdamW under random gradients each of which holds a share of the one before: what their agreement makes of norms.</summary>
public class AgreementTests
{
    private const int Updates = 4_000;
    private const double Rate = 0.02, Decay = 0.2, Beta2 = 0.99;

    // Gradients x_t + s x_(t-1) have the correlation s/(1 + s²) with the next and none beyond: G is 1 + 2 β₁ s/(1 + s²), and u too.
    [Theory]
    [InlineData(0)]
    [InlineData(0.5)]
    [InlineData(-0.5)]
    public void With_the_agreement_that_a_log_measures_the_law_is_that_of_gradients_that_agree(double share)
    {
        double expected = 1 + 2 * AdamWalk.Beta1 * share / (1 + share * share);
        var walk = new AdamWalk([.. Enumerable.Repeat(Rate, Updates)], Decay, Beta2, share);
        var phase = new DirectionPhase(Assert.Single(LogPhase.Of(walk.Log())).Groups.Single(group => group.Name == "w"));
        Assert.Equal(expected, phase.Agreement.Added, 0.06 * expected);
        Assert.Equal(expected, phase.Agreement.Size, 0.06 * expected);
        // What a run of gradients that do not agree is off by here, 16 mixing units of 256 weights, is a hundredth or two.
        var law = DirectionRule.AdamW(AdamWalk.Beta1, Beta2).Equilibrium(Rate, Decay, AdamWalk.Weights);
        double norm = Math.Sqrt(walk.Norms.Skip(Updates / 2).Average(each => each * each));
        Assert.Equal(Math.Sqrt(expected), norm / law.Norm, 0.03 * Math.Sqrt(expected));
        Assert.Equal(Math.Sqrt(phase.Agreement.Added), norm / law.Norm, 0.03 * Math.Sqrt(expected));
    }
}
