namespace Etalon.Lab.Diagnosis;

/// <summary>What a flag is called, and what to do about it.</summary>
internal static class FlagWords
{
    public static string Title(FlagKind kind) => kind switch
    {
        FlagKind.NotScaleInvariant => "not scale-invariant",
        FlagKind.LawBroken => "the exact law is broken",
        FlagKind.Clipped => "gradients are clipped",
        FlagKind.DecayExcluded => "weight decay is missing",
        FlagKind.ExtraDecay => "more weight decay than the log says",
        FlagKind.Oscillating => "rate times decay is too large for the momentum",
        FlagKind.PhaseTooShort => "the phase is too short",
        FlagKind.NotAtEquilibrium => "not at equilibrium",
        FlagKind.UnderRotating => "turns too slowly",
        FlagKind.OverRotating => "turns too fast",
        _ => "layers turn at different speeds",
    };

    public static string Remedy(FlagKind kind) => kind switch
    {
        FlagKind.NotScaleInvariant =>
            "Let a normalization follow these weights, without a bias between, or leave them out of the scale-invariant group. `etalon audit` names the layer in Etalon's models. Where norms have become tiny it is the normalization's epsilon that is felt: make it smaller, or the decay.",
        FlagKind.LawBroken =>
            "Look for what else touches the weights: an L2 term or a decay beside the optimizer's, averaged weights swapped in, a projection, a clip between the logging and the update. Take it out, or count it into weight_decay and the gradient that are logged.",
        FlagKind.Clipped =>
            "The clip sets the size of updates here, and the rate no longer does. Take it out: scale-invariant weights grow until their updates fit. Or raise it above the gradients of ordinary batches, so that it cuts outliers only.",
        FlagKind.DecayExcluded =>
            "Give these weights the run's weight decay: look at the optimizer's parameter groups and at exclusions by name or dimension. Without decay their norm only grows and their effective rate only falls. If that is meant, `etalon convert --to texp` says which rising rate replaces decay.",
        FlagKind.ExtraDecay =>
            "Something shrinks the weights beside the logged decay: an L2 term in the loss, decoupled decay on top, a norm constraint. Take it out, or log it as weight_decay.",
        FlagKind.Oscillating =>
            "Lower the rate, the decay or the momentum until rate x decay is below (1 - sqrt(momentum))^2.",
        FlagKind.PhaseTooShort =>
            "What is measured here is a transient: after a drop of the rate the effective rate is low only until the norm follows. To let it settle, lengthen the phase as D7 says, or rescale the weights at its begin as D16 says. To use the transient, as most last phases do, leave it short, and do not compare runs by it.",
        FlagKind.NotAtEquilibrium =>
            "The norm is still on its way (D7 says how long), or the gradients change faster than it follows: train the phase longer, or rescale the weights at its begin (D16).",
        FlagKind.UnderRotating =>
            "The norm is too large for its rate and decay, so the effective rate is low. Wait (D7), rescale the weights (D16), or raise rate x decay.",
        FlagKind.OverRotating =>
            "The norm is too small for its rate and decay, so the effective rate is high, as after a small initialization. Warm up, start with larger weights, or wait (D7).",
        _ =>
            "With one rate and decay for all, layers of a normalized network turn alike at equilibrium. Look for layers with a rate, decay or clip of their own, or not yet settled.",
    };
}
