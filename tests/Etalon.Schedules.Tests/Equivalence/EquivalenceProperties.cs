using Etalon.Schedules.Equivalence;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests.Equivalence;

public class EquivalenceProperties
{
    private static readonly Config _fixed = Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(19100745, 42424243);

    /// <summary>40 steps whose η λ stays below the limit; rates of 0 among them.</summary>
    private static readonly Gen<UpdateTable> _table =
        from rule in Gen.Elements(new UpdateRule(), new UpdateRule { Nesterov = true }, new UpdateRule { Decay = DecayForm.Decoupled },
            new UpdateRule { Dampening = 0.4 })
        from steps in Numbers(rule).ListOf(40)
        select new UpdateTable(rule, steps);

    private static readonly Gen<Schedule> _decay =
        from values in Gen.Choose(0, 100).ListOf(40)
        select (Schedule)new Table([.. values.Select(value => value * 1e-4)]);

    private static Gen<UpdateRow> Numbers(UpdateRule rule) =>
        from rate in Gen.Frequency((9, Gen.Choose(1, 1000).Select(value => value * 1e-4)), (1, Gen.Constant(0.0)))
        from decay in Gen.Choose(-20, 100)
        from momentum in Gen.Choose(0, 90)
        select new UpdateRow(Math.Log(rate), decay * 1e-4, momentum * 0.01, rule.Nesterov ? momentum * 0.01 : 0);

    [Fact]
    public void To_zero_decay_and_back_gives_the_recipe() =>
        Prop.ForAll(_table.ToArbitrary(), source =>
        {
            var none = TargetDecay.Convert(source, new Constant(0));
            var back = TargetDecay.Convert(none.Target, DecayOf(source));
            return Same(source, back.Target) && Same(default, none.StateAt(source.End).Then(back.StateAt(source.End)));
        }).Check(_fixed);

    [Fact]
    public void To_one_decay_and_on_to_another_is_to_the_other() =>
        Prop.ForAll(_table.ToArbitrary(), _decay.ToArbitrary(), _decay.ToArbitrary(), (source, first, second) =>
        {
            var once = TargetDecay.Convert(source, first);
            var twice = TargetDecay.Convert(once.Target, second);
            var direct = TargetDecay.Convert(source, second);
            return Same(direct.Target, twice.Target)
                && Same(direct.StateAt(source.End), once.StateAt(source.End).Then(twice.StateAt(source.End)));
        }).Check(_fixed);

    [Fact]
    public void Any_decay_gives_the_same_directions() =>
        Prop.ForAll(_table.ToArbitrary(), _decay.ToArbitrary(), (source, decay) =>
            SideBySide.Distance(TargetDecay.Convert(source, decay)) < SideBySide.Exact).Check(_fixed);

    [Fact]
    public void Scaling_the_weights_commutes_with_every_conversion() =>
        Prop.ForAll(_table.ToArbitrary(), _decay.ToArbitrary(), Gen.Choose(-30, 30).ToArbitrary(), (source, decay, logFactor) =>
        {
            var scaledFirst = TargetDecay.Convert(ScaleSymmetry.Convert(source, logFactor).Target, decay, StateMap.OfScale(-logFactor));
            return Same(TargetDecay.Convert(source, decay).Target, scaledFirst.Target);
        }).Check(_fixed);

    [Fact]
    public void A_state_mapped_there_and_back_is_itself() =>
        Prop.ForAll(_table.ToArbitrary(), source =>
        {
            var state = TargetDecay.Convert(source, new Constant(0.003)).StateAt(source.End);
            return Same(default, state.Then(state.Inverse())) && Same(default, state.Inverse().Then(state));
        }).Check(_fixed);

    private static Table DecayOf(UpdateTable table) => new([.. table.Steps.ToArray().Select(step => step.WeightDecay)]);

    /// <summary>40 steps of a few roundings each: 1e-13 is ten times what they add up to.</summary>
    private static bool Same(UpdateTable a, UpdateTable b)
    {
        for (var step = a.FirstStep; step < a.End; step++)
            if (!(Near(a[step].LogRate, b[step].LogRate) && Near(a[step].Momentum, b[step].Momentum)
                && Near(a[step].LookAhead, b[step].LookAhead) && Near(a[step].WeightDecay, b[step].WeightDecay)))
                return false;
        return true;
    }

    private static bool Same(StateMap a, StateMap b) =>
        Near(a.LogScale, b.LogScale) && Near(a.Share.Value, b.Share.Value) && Near(a.LogBuffer, b.LogBuffer);

    private static bool Near(double a, double b) => a == b || Math.Abs(a - b) < 1e-13;
}
