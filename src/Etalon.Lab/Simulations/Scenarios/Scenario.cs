using Etalon.Engine;
using Etalon.Lab.Charts;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>An experiment on replicas that shows one law: named, with settings of its own, of which a user may change some.</summary>
internal abstract class Scenario
{
    /// <summary>All scenarios, in the order in which one reads them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new EquilibriumScenario(), new RelaxationScenario(), new DropScenario(), new SdeScenario(), new NoiseScenario(),
        new WellsScenario(), new BurstsScenario(), new OptimizersScenario(),
    ];

    /// <summary>What a user calls it.</summary>
    public abstract string Name { get; }

    /// <summary>What it shows, in one line.</summary>
    public abstract string Summary { get; }

    /// <summary>Example arguments beside the plain call.</summary>
    public abstract string Example { get; }

    /// <summary>What of it a user may change.</summary>
    public abstract ScenarioInputs Inputs { get; }

    /// <summary>How many replicas it has of its own accord.</summary>
    public virtual int Replicas => 200;

    /// <summary>The rate unless the user gives one.</summary>
    internal const double OwnRate = 0.1;

    /// <summary>The weight decay unless the user gives one.</summary>
    internal virtual double OwnDecay => 5e-3;

    /// <summary>Runs it.</summary>
    /// <param name="options">What the user changes.</param>
    /// <param name="threads">Threads that compute. The result does not depend on them.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InputException">Options out of their range, all at once.</exception>
    public ScenarioReport Run(ScenarioOptions options, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Demand(OwnRate, OwnDecay);
        using var workers = new Workers(threads);
        return Run(options, workers, cancellation);
    }

    /// <summary>Runs it with options that are in their range.</summary>
    internal abstract ScenarioReport Run(ScenarioOptions options, Workers workers, CancellationToken cancellation);

    /// <summary>A schedule whose numbers never change.</summary>
    internal static UpdateSchedule Steady(SteadyUpdate update, long steps) =>
        Under(update, new Constant(update.Numbers.Rate), steps);

    /// <summary>A schedule with the decay, momentum and rule of an update and rates of its own.</summary>
    internal static UpdateSchedule Under(SteadyUpdate update, Schedule rate, long steps) =>
        new UpdateSchedule
        {
            LearningRate = rate,
            WeightDecay = update.Numbers.WeightDecay,
            Momentum = update.Numbers.Momentum,
            TotalSteps = steps,
            Rule = update.Rule,
        };

    /// <summary>Steps from 0 to the last, about as many as asked for, at equal distances.</summary>
    internal static IEnumerable<long> Evenly(long last, int about) =>
        Enumerable.Range(0, about + 1).Select(i => last * i / about).Distinct();

    /// <summary>What an update is called: SGD 0.1, 5e-3.</summary>
    internal static string NameOf(SteadyUpdate update)
    {
        var (numbers, rule) = (update.Numbers, update.Rule);
        string name = numbers.Momentum == 0 ? "SGD"
            : rule.Nesterov ? "Nesterov"
            : rule.Dampening == 0 ? "heavy ball"
            : rule.Dampening == numbers.Momentum ? "mean of gradients"
            : $"heavy ball, dampening {rule.Dampening:0.###}";
        string momentum = numbers.Momentum == 0 ? "" : $" {numbers.Momentum:0.####}";
        return $"{name}{momentum}{(rule.Decay == DecayForm.Decoupled ? ", decoupled" : "")}: "
            + $"{Etalon.Lab.Charts.Axis.Label(Math.Round(numbers.Rate, 12))}, {Etalon.Lab.Charts.Axis.Label(numbers.WeightDecay)}";
    }
}

/// <summary>What a scenario showed.</summary>
/// <param name="Title">The first line.</param>
/// <param name="Setting">What was simulated, line by line: loss, update, replicas.</param>
/// <param name="Findings">Predicted against measured.</param>
/// <param name="Chart">Its curves.</param>
/// <param name="Meaning">What it shows, in a sentence or two.</param>
internal sealed record ScenarioReport(string Title, IReadOnlyList<string> Setting, IReadOnlyList<Finding> Findings, Chart Chart,
    string Meaning)
{
    /// <summary>Whether each finding agrees with its prediction.</summary>
    public bool Holds => Findings.All(finding => finding.Holds);
}
