namespace Etalon.Schedules.Equivalence;

/// <summary>The rules under which a change of the rate alone is exact in closed form.</summary>
internal static class RateOnly
{
    public static void Demand(UpdateRule rule)
    {
        if (rule.Nesterov)
            throw new EquivalenceException("a Nesterov update has no equivalent that changes the rate alone: it would be off by about η λ",
                "ask for texp++, which also sets momentum and look-ahead of each step");
        if (rule.Decay == DecayForm.Decoupled)
            throw new EquivalenceException("decoupled decay has no equivalent that changes the rate alone: it would be off by about η λ",
                "ask for texp++, which also rescales the momentum of each step");
        if (rule.Dampening > 0)
            throw new EquivalenceException(
                $"dampening is {rule.Dampening:R}, and with PyTorch's undamped first update the growth is not constant",
                "ask for texp++, which carries it");
    }
}
