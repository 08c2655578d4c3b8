using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Optimizers;

/// <summary>Muon: the direction of each matrix made orthogonal, with decoupled decay; the head and every vector follow AdamW.</summary>
internal sealed record MuonSpec : OptimizerSpec<MuonOptions>
{
    /// <inheritdoc/>
    public override string Name => "muon";

    /// <inheritdoc/>
    public override bool HasMomentum => true;

    internal override bool IsDecayDecoupled => true;

    internal override bool HasDirection => true;

    internal override EquivalentForm UsualForm => EquivalentForm.ScaledGradient;

    internal override int Slots => 2;

    internal override Optimizer<T> Create<T>(Network<T> network, Func<string, int> groupOf, Func<double> curvature)
    {
        var classes = ParameterClasses.Of(network.Layers);
        return new Muon<T>(
            network.Parameters, network.Gradients, Options, groupOf, tensor => !classes.IsIn(ParameterClass.Head, tensor));
    }
}
