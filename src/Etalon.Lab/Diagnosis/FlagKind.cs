namespace Etalon.Lab.Diagnosis;

/// <summary>What a diagnosis warns of, the weightiest first: what voids the theory, then what breaks a law, then what a run can live with.</summary>
public enum FlagKind
{
    /// <summary>The loss depends on the scale of weights that should be scale-invariant: nothing else can be said of them.</summary>
    NotScaleInvariant,

    /// <summary>Something besides the update rule changes the weights.</summary>
    LawBroken,

    /// <summary>Gradients are cut to one norm.</summary>
    Clipped,

    /// <summary>Weights that should decay do not, or hardly.</summary>
    DecayExcluded,

    /// <summary>Weights decay more than the log says.</summary>
    ExtraDecay,

    /// <summary>Rate times decay is so large for the momentum that the norm oscillates.</summary>
    Oscillating,

    /// <summary>A phase ended long before its norms had settled.</summary>
    PhaseTooShort,

    /// <summary>A phase was long enough, and its norms are not where its gradients would hold them.</summary>
    NotAtEquilibrium,

    /// <summary>Weights turn more slowly than at equilibrium.</summary>
    UnderRotating,

    /// <summary>Weights turn faster than at equilibrium.</summary>
    OverRotating,

    /// <summary>Layers turn at different speeds.</summary>
    LayerImbalance,
}
