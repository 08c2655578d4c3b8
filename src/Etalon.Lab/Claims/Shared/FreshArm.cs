using Etalon.Schedules;

namespace Etalon.Lab.Claims.Shared;

/// <summary>How the scale-invariant weights of <see cref="FreshExperiment"/> are trained.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Rate">eta of each update.</param>
/// <param name="Decays">lambda of each update, one for all hidden layers or one for each; the other parameters have none.</param>
internal sealed record FreshArm(string Name, string Title, Schedule Rate, params IReadOnlyList<Schedule> Decays)
{
    public const double Beta1 = 0.9, Beta2 = 0.99;

    /// <summary>The rule that trains them.</summary>
    /// <value>AdamW by default.</value>
    public FreshRule Rule { get; init; } = new FreshAdam(IsDecayDecoupled: true);

    /// <summary>The rate of the other parameters.</summary>
    /// <value>The same rate by default.</value>
    public Schedule Rest { get => field ?? Rate; init; }

    /// <summary>lambda of a hidden layer, counted from 0.</summary>
    public Schedule DecayOf(int layer) => Decays[layer % Decays.Count];
}
