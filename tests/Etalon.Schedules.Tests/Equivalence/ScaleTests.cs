using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class ScaleTests
{
    [Theory]
    [MemberData(nameof(TestSchedules.Names), MemberType = typeof(TestSchedules))]
    public void Rate_decay_and_weights_have_no_unit_of_their_own(string schedule)
    {
        var source = TestSchedules.Table(schedule);
        var conversion = ScaleSymmetry.Convert(source, Math.Log(37));
        SideBySide.AssertSame(conversion, withBuffer: true);
        for (var step = 0; step < source.Count; step++)
            Assert.Equal(source[step].IntrinsicRate, conversion.Target[step].IntrinsicRate, 1e-15);
        // The control: the scaled schedule with the weights left as they are.
        Assert.True(
            SideBySide.Distance(SideBySide.From(SideBySide.Loss), source, SideBySide.From(SideBySide.Loss), conversion.Target, [])
                > SideBySide.Different);
    }

    [Fact]
    public void A_scale_that_takes_the_decay_out_of_float64_is_refused() =>
        Assert.Equal(0, Assert.Throws<EquivalenceException>(() => ScaleSymmetry.Convert(TestSchedules.Table("constant"), 400)).Step);

    [Fact]
    public void Lemma_A_an_equivalent_scaling_commutes_with_an_update()
    {
        var (scaling, start) = (ScaleMap.Equivalent(Math.Log(3)), (SideBySide.Loss.Start(), Math.Log(0.2)));
        AssertSame(Descend(Apply(scaling, start), 0.99), Apply(scaling, Descend(start, 0.99)));
        // Scaling the weights alone does not.
        Assert.ThrowsAny<Exception>(
            () => AssertSame(Descend(Apply(ScaleMap.OfWeights(1), start), 0.99), Apply(ScaleMap.OfWeights(1), Descend(start, 0.99))));
    }

    [Fact]
    public void Lemma_B_decay_is_an_update_without_it_between_changes_of_the_rate()
    {
        var (start, logKept) = ((SideBySide.Loss.Start(), Math.Log(0.2)), Math.Log(0.98));
        var around = ScaleMap.OfRate(-logKept);
        var inside = Apply(around, Descend(Apply(around, start), 1));
        AssertSame(Descend(start, 0.98), Apply(ScaleMap.Equivalent(logKept), inside));
    }

    [Theory]
    [InlineData("no momentum")]
    public void Without_momentum_the_theorem_is_exact_and_TexpPlusPlus_agrees(string schedule)
    {
        var source = TestSchedules.Table(schedule);
        var conversion = Converter.Convert(source, EquivalentForm.Exponential);
        Assert.True(SideBySide.Control(source) > SideBySide.Different);
        SideBySide.AssertSame(conversion);
        var other = TexpPlusPlus.Convert(source).Target;
        for (var step = 0; step < source.Count; step++)
        {
            Assert.Equal(Math.Log(0.2) - (2 * step + 1) * Math.Log(1 - 0.2 * 0.01), conversion.Target[step].LogRate, 1e-12);
            Assert.Equal(other[step].LogRate, conversion.Target[step].LogRate, 1e-12);
        }
    }

    [Fact]
    public void Without_momentum_rate_and_decay_may_change_every_step()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = new Sequence(new Linear(0, 0.2, 60), new Cosine(0.2, 0, 180)),
            WeightDecay = new Triangular(0, 0.01, 50),
            Momentum = 0,
            TotalSteps = 240,
        };
        SideBySide.AssertSame(MomentumFree.Convert(UpdateTable.Of(schedule)));
    }

    [Fact]
    public void With_momentum_the_momentum_free_theorem_refuses() =>
        Assert.Contains("ask for texp++",
            Assert.Throws<EquivalenceException>(() => MomentumFree.Convert(TestSchedules.Table("constant"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_decay_that_leaves_nothing_of_the_weights_is_refused() =>
        Assert.Equal(120, Assert.Throws<EquivalenceException>(() => MomentumFree.Convert(UpdateTable.Of(
            TestSchedules.Of(new Sequence(new Constant(0.1, 120), new Constant(100))) with { Momentum = new Constant(0) }))).Step);

    private static (double[], double) Apply(ScaleMap map, (double[] Weights, double LogRate) state) =>
        ([.. state.Weights.Select(w => Math.Exp(map.LogWeights) * w)], state.LogRate + map.LogRate);

    /// <summary>GDᵖ of step 0: ρ w - η ∇L(w).</summary>
    private static (double[], double) Descend((double[] Weights, double LogRate) state, double kept)
    {
        var gradient = SideBySide.Loss.Gradient(0, state.Weights);
        return ([.. state.Weights.Zip(gradient, (w, g) => kept * w - Math.Exp(state.LogRate) * g)], state.LogRate);
    }

    private static void AssertSame((double[] Weights, double LogRate) expected, (double[] Weights, double LogRate) actual)
    {
        Assert.Equal(expected.LogRate, actual.LogRate, 1e-14);
        foreach (var (x, y) in expected.Weights.Zip(actual.Weights)) Assert.Equal(x, y, 1e-13);
    }
}
