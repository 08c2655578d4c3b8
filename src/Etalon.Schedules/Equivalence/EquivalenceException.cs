namespace Etalon.Schedules.Equivalence;

/// <summary>
/// A schedule has no equivalent of the form asked for. The message says where, which condition fails, and what to change.
/// </summary>
public sealed class EquivalenceException : Exception
{
    /// <summary>A condition that fails at a step, or where <paramref name="step"/> is null for the whole schedule.</summary>
    public EquivalenceException(string condition, string remedy, long? step = null)
        : base($"{(step is { } at ? $"at step {at}: " : "")}{condition}; {remedy}.") =>
        (Condition, Remedy, Step) = (condition, remedy, step);

    /// <summary>What does not hold, with its numbers.</summary>
    public string Condition { get; }

    /// <summary>What to change, or which exact form to ask for instead.</summary>
    public string Remedy { get; }

    /// <summary>The first step at which it does not hold; null where it concerns the whole schedule.</summary>
    public long? Step { get; }
}

/// <summary>The rules of training that have no equivalent: why, and what to do instead.</summary>
/// <remarks>
/// The theorems for SGD need an update that is linear in gradients and weights, with coefficients that do not depend on them.
/// <see cref="ScaledGradient"/> needs only decay that is decoupled, and directions that do not read the weights.
/// </remarks>
public static class NoEquivalent
{
    private static readonly string[] _decoupled = ["adamw", "nadam", "lion", "signum", "muon"];

    private const string RecordRates =
        "train once, record the rate of each update, and convert that table: a rate that is given is a schedule";

    /// <summary>
    /// The refusal of an optimizer or a rate policy by its usual name, in any capitals; null for plain SGD and for what is unknown here.
    /// </summary>
    public static EquivalenceException? Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.ToLowerInvariant() switch
        {
            "adamw" or "nadam" or "lion" or "signum" or "muon" =>
                new($"{name} mixes gradients that were taken at different scales of the weights, so no sequence of rates alone makes up "
                    + $"for the decay",
                    (name.Equals("adamw", StringComparison.OrdinalIgnoreCase)
                        ? "ask for adam, which sets betas and epsilon too, or for " : "ask for ")
                    + "scaled-gradient: gradients times P, rate η P'"),
            "adam" or "radam" or "adamax" or "rmsprop" or "adagrad" or "adadelta" =>
                new($"{name} takes the decay into the gradient, and its squares with it: even the first update is that of g + λ w "
                    + $"divided by its own size, which no rate and no scale makes of g's",
                    "use AdamW, whose decoupled decay has an exact equivalent; of Adam with L2 only the fixed symmetry (c η, λ/c², ε/c, "
                    + "c w) is left"),
            "lamb" or "lars" =>
                new($"{name} divides each update by its norm and multiplies it by that of the weights: its rate is already free of the "
                    + $"scale, and weight decay does not change it", "keep its recipe as it is"),
            "schedule-free" =>
                new($"{name} decays at the point y between its two sequences, and no scale of both makes the product",
                    "use the optimizer it wraps with a schedule, or keep its recipe as it is"),
            "cautious decay" or "cautious-decay" =>
                new($"{name} shrinks only the weights that the update shrinks anyway, so the decay is no multiple of the weights",
                    "decay all weights of the group alike"),
            "wngrad" or "adagrad-norm" =>
                new($"{name} sets the rate from the norms of the gradients, which are 1/P times as large in the equivalent run",
                    RecordRates),
            "wn-adam" =>
                new($"{name} divides all steps by a number that it makes of the norms of the gradients, which are 1/P times as large in "
                    + $"the equivalent run", "use adamw, or keep its recipe as it is"),
            "dog" or "d-adaptation" or "prodigy" =>
                new($"{name} takes its rate from distances between weights, which are P times as large in the equivalent run",
                    "use the rule that it wraps with a schedule of the rate, or keep its recipe as it is"),
            _ => null,
        };
    }

    /// <summary>The refusal of a rule that has not even the scaled-gradient form; null where it has.</summary>
    internal static EquivalenceException? OfAnyForm(string name) => _decoupled.Contains(name)
        ? null
        : Of(name) ?? new($"nothing is known here of the rule {name}", "use sgd, adamw, lion, signum or muon");
}
