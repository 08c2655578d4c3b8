using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Phases;

/// <summary>A claim about phases of rate and decay, by <see cref="PhasesExperiment"/>.</summary>
internal abstract class PhasesClaim : Claim
{
    /// <summary>Runs of each arm.</summary>
    /// <value>At least 2; 5 by default.</value>
    public int Seeds { get; init; } = 5;

    /// <summary>What is done to each arm before it is run; tests leave something out of it.</summary>
    internal Func<ExperimentArm, ExperimentArm> Change { get; init; } = arm => arm;

    /// <summary>The settings.</summary>
    internal abstract IReadOnlyList<ExperimentArm> Arms { get; }

    /// <summary>The data and the network in words.</summary>
    private protected abstract string Setting { get; }

    /// <summary>Minutes on two cores.</summary>
    private protected abstract double Minutes { get; }

    /// <summary>What must hold.</summary>
    internal abstract IReadOnlyList<ClaimCheck> Judge(PhasesReport report);

    /// <summary>The data of clean labels and of wrong ones in words.</summary>
    private protected const string Clean = "A perceptron 64-64-64-10 with batch normalization on the digits, batches of 32",
        Noisy = $"{Clean}, a fifth of the labels drawn anew";

    /// <inheritdoc/>
    public override ClaimCost? CostAt(ClaimScale scale) => new(Minutes);

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment(run);
        var report = experiment.Run(run);
        return new ClaimReport(this,
            $"{Setting}; all trained weights scale-invariant, momentum 0.9; {experiment.Seeds} seeds of labels, start and order.",
            Judge(report), [.. report.Table], report.Picture, report.Measurements);
    }

    /// <inheritdoc/>
    internal override IReadOnlyList<Recipe> Recipes(ClaimRun run) => Experiment(run).Recipes;

    private PhasesExperiment Experiment(ClaimRun run) => new([.. Arms.Select(Change)]) { Seeds = run.SeedsOr(Seeds) };

    /// <summary>An arm with phases of some epochs.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="title">What it is called.</param>
    /// <param name="recipe">A recipe of all epochs.</param>
    /// <param name="phases">Epochs, rate and decay of each.</param>
    private protected static ExperimentArm Arm(string name, string title, Recipe recipe,
        params IReadOnlyList<(int Epochs, double Rate, double Decay)> phases) => new(name, title, recipe with
        {
            TotalSteps = phases.Sum(phase => phase.Epochs) * recipe.StepsPerEpoch,
            LearningRate = Of(recipe, phases.Select(phase => (phase.Epochs, phase.Rate))),
            WeightDecay = Of(recipe, phases.Select(phase => (phase.Epochs, phase.Decay))),
        });

    private static Schedule Of(Recipe recipe, IEnumerable<(int Epochs, double Value)> phases)
    {
        var parts = phases.ToList();
        return parts.All(part => part.Value == parts[0].Value)
            ? new Constant(parts[0].Value)
            : new Sequence([.. parts.Select((part, i) => new Constant(part.Value, i < parts.Count - 1 ? part.Epochs * recipe.StepsPerEpoch
            : null))]);
    }
}
