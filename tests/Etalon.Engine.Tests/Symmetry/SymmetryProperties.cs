using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Engine.Tests.Symmetry;

/// <summary>The rules of the layers against the running network, on networks nobody has chosen.</summary>
public class SymmetryProperties
{
    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(150).WithReplay(20_190_815, 7);

    [Fact]
    public void Structure_and_numbers_agree_on_every_network() =>
        Check.One(Fixed, Prop.ForAll(ArbMap.Default.ArbFor<uint>(), seed =>
        {
            using var net = new SymmetryProbe(new RandomNetworks(seed).Build);
            net.Check(ScalingGroup.AllParameters);
            net.Check(RandomGroup(net, seed));
            net.CheckEachTensor();
        }));

    // Never empty: of nothing everything is invariant, and the gradient along nothing is no number to compare.
    private static ScalingGroup RandomGroup(SymmetryProbe net, ulong seed)
    {
        var stream = new CounterStream(seed, "random group");
        var names = net.Network.Parameters.Tensors.Select(tensor => tensor.Name).ToList();
        var chosen = names.Where(_ => stream.NextBelow(2) == 0).Append(names[0]).ToHashSet();
        return ScalingGroup.Of(chosen.Contains);
    }
}
