using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

public class DecayConventionTests
{
    private static readonly UpdateTable _source = DecoupledRun.Source;

    public static TheoryData<DecayConvention, DecayConvention> Pairs
    {
        get
        {
            var pairs = new TheoryData<DecayConvention, DecayConvention>();
            foreach (var from in Enum.GetValues<DecayConvention>())
                foreach (var to in Enum.GetValues<DecayConvention>()) pairs.Add(from, to);
            return pairs;
        }
    }

    [Theory, MemberData(nameof(Pairs))]
    public void Every_convention_shrinks_the_weights_alike(DecayConvention from, DecayConvention to)
    {
        // The first step of the warm-up has rate 0, where a decay that does not depend on the rate has no other name.
        var source = from == DecayConvention.Unscheduled ? _source.WithDecay(step => step == 0 ? 0 : 0.01) : _source;
        var target = DecayConversion.Convert(source, from, to);
        for (var step = 0; step < source.Count; step++)
            Assert.Equal(Shrinkage(from, source[step]), Shrinkage(to, target[step]), 1e-15);
    }

    [Fact]
    public void Each_convention_is_what_its_users_write()
    {
        Assert.Equal(0.5 * 0.02, DecayConversion.Convert(_source, DecayConvention.Torch, DecayConvention.Paper)[100].WeightDecay, 1e-15);
        Assert.Equal(0.5 / 0.02, DecayConversion.Convert(_source, DecayConvention.Paper, DecayConvention.Torch)[100].WeightDecay, 1e-12);
        // AdamC: the decay of PyTorch times the shape of the schedule.
        var adamC = DecayConversion.Convert(_source, DecayConvention.AdamC, DecayConvention.Torch);
        Assert.Equal(0.5 * _source[200].Rate / 0.02, adamC[200].WeightDecay, 1e-14);
        // A peak beyond the table, as of a run that goes on from a checkpoint.
        var later = DecayConversion.Convert(_source, DecayConvention.AdamC, DecayConvention.Torch, peakRate: 0.04);
        Assert.Equal(0.5 * _source[200].Rate / 0.04, later[200].WeightDecay, 1e-14);
    }

    [Fact]
    public void A_decay_at_rate_0_has_no_name_in_a_convention_that_multiplies_by_the_rate()
    {
        var source = _source.WithDecay(_ => 0.01);
        var failure = Assert.Throws<EquivalenceException>(() =>
            DecayConversion.Convert(source, DecayConvention.Unscheduled, DecayConvention.Torch));
        Assert.Equal(0, failure.Step);
    }

    [Fact]
    public void Coupled_decay_is_refused() =>
        Assert.Throws<EquivalenceException>(() =>
            DecayConversion.Convert(TestSchedules.Table("constant"), DecayConvention.Torch, DecayConvention.Paper));

    private static double Shrinkage(DecayConvention convention, UpdateRow row) => convention switch
    {
        DecayConvention.Torch => row.Rate * row.WeightDecay,
        DecayConvention.Paper => row.Rate / 0.02 * row.WeightDecay,
        DecayConvention.AdamC => row.Rate * row.Rate / 0.02 * row.WeightDecay,
        _ => row.WeightDecay,
    };
}
