using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class TargetDecayTests
{
    public static TheoryData<string, string> Cases =>
        [.. from schedule in TestSchedules.All.Keys from decay in _decays.Keys select (schedule, decay)];

    private static readonly SortedDictionary<string, Schedule> _decays = new(StringComparer.Ordinal)
    {
        ["half"] = new Constant(0.005),
        ["ten times, then falling"] = new Cosine(0.1, 0.001, 240),
        ["off and on"] = new Triangular(0, 0.02, 70),
        ["negative for a while"] = new Sequence(new Constant(-0.002, 30), new Constant(0.005)),
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_decay_can_be_asked_for(string schedule, string decay)
    {
        var source = TestSchedules.Table(schedule);
        var conversion = TargetDecay.Convert(source, _decays[decay]);
        SideBySide.AssertSame(conversion);
        for (var step = 0; step < source.Count; step++) Assert.Equal(_decays[decay].ValueAt(step), conversion.Target[step].WeightDecay);
        // The control: the source's own rates under that decay.
        var wrong = source.WithDecay(_decays[decay].ValueAt);
        Assert.True(
            SideBySide.Distance(SideBySide.From(SideBySide.Loss), source, SideBySide.From(SideBySide.Loss), wrong, [])
                > SideBySide.Different);
    }

    [Fact]
    public void The_decay_it_has_already_changes_nothing()
    {
        var source = TestSchedules.Table("cosine");
        var target = TargetDecay.Convert(source, new Constant(0.01)).Target;
        for (var step = 0; step < source.Count; step++) Assert.Equal(source[step].LogRate, target[step].LogRate, 1e-15);
    }

    [Fact]
    public void Decoupled_decay_becomes_coupled_decay_by_way_of_none()
    {
        var source = TestSchedules.Table("decoupled");
        var none = TexpPlusPlus.Convert(source).Target;
        Assert.Equal(DecayForm.Coupled, none.Rule.Decay);
        var coupled = TargetDecay.Convert(none, new Constant(0.01)).Target;
        Assert.InRange(SideBySide.Distance(SideBySide.From(SideBySide.Loss), source, SideBySide.From(SideBySide.Loss), coupled, []), 0,
            SideBySide.Exact);
    }

    [Fact]
    public void An_exponential_rate_far_beyond_float64_gets_an_ordinary_decay_back()
    {
        var schedule = new UpdateSchedule
        {
            LearningRate = 0.1,
            WeightDecay = 5e-3,
            Momentum = 0.9,
            TotalSteps = 200_000,
        };
        var exponential = TexpPlusPlus.Convert(UpdateTable.Of(schedule));
        Assert.True(exponential.Target[199_999].LogRate > 2000);
        var back = TargetDecay.Convert(exponential.Target, new Constant(5e-3)).Target;
        // ln η~ near 2000 is stored to 1.1e-13, twice over.
        for (var step = 0; step < 200_000; step += 997) Assert.Equal(Math.Log(0.1), back[step].LogRate, 1e-12);
    }

    [Fact]
    public void A_negative_decay_for_ever_is_refused_where_the_weights_would_have_to_change_sign() =>
        Assert.NotNull(
            Assert.Throws<EquivalenceException>(() => TargetDecay.Convert(TestSchedules.Table("constant"), new Constant(-0.002))).Step);
}
