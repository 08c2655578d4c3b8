using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>What a user may change of a scenario; what is null is the scenario's own.</summary>
internal sealed record ScenarioOptions
{
    private const int MostReplicas = 1_000_000, MostDimensions = 100_000, MostSteps = 10_000_000;

    /// <summary>eta, more than 0.</summary>
    public double? Rate { get; init; }

    /// <summary>lambda, more than 0; rate times decay is less than 1.</summary>
    public double? WeightDecay { get; init; }

    /// <summary>mu, at least 0 and less than 1.</summary>
    public double? Momentum { get; init; }

    /// <summary>tau, at least 0 and less than 1; 0 with Nesterov.</summary>
    public double? Dampening { get; init; }

    /// <summary>Whether the update looks ahead along the buffer. Default: false.</summary>
    public bool IsNesterov { get; init; }

    /// <summary>Where weight decay enters.</summary>
    public DecayForm? Decay { get; init; }

    /// <summary>d, at least 3.</summary>
    public int? Dimension { get; init; }

    /// <summary>How many runs, at least 2.</summary>
    public int? Replicas { get; init; }

    /// <summary>Updates, at least 100.</summary>
    public long? Steps { get; init; }

    /// <summary>What the rate is divided by, more than 1.</summary>
    public double? Factor { get; init; }

    /// <summary>Examples in a batch, at least 1.</summary>
    public int? Batch { get; init; }

    /// <summary>What all numbers are drawn from. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether anything about the update was given.</summary>
    public bool NamesUpdate => (Rate ?? WeightDecay ?? Momentum ?? Dampening) is not null || IsNesterov || Decay is not null;

    /// <summary>The update of these options.</summary>
    /// <param name="rate">The rate unless one is given.</param>
    /// <param name="weightDecay">The decay unless one is given.</param>
    public SteadyUpdate UpdateOr(double rate, double weightDecay) => new(
        Rate ?? rate, WeightDecay ?? weightDecay, Momentum ?? 0,
        new UpdateRule { Dampening = Dampening ?? 0, Nesterov = IsNesterov, Decay = Decay ?? DecayForm.Coupled });

    /// <summary>Refuses what cannot be simulated.</summary>
    /// <param name="rate">The scenario's own rate.</param>
    /// <param name="weightDecay">The scenario's own weight decay.</param>
    /// <exception cref="InputException">All problems.</exception>
    public void Demand(double rate, double weightDecay)
    {
        var problems = new List<string>();
        Check("--rate", Rate, Rate is null or > 0 && double.IsFinite(Rate ?? 1), "more than 0, such as 0.1");
        Check("--weight-decay", WeightDecay, WeightDecay is null or > 0 && double.IsFinite(WeightDecay ?? 1),
            "more than 0, such as 5e-3: without decay there is no equilibrium");
        Check("--momentum", Momentum, Momentum is null or (>= 0 and < 1), "at least 0 and less than 1, such as 0.9");
        Check("--dampening", Dampening, Dampening is null or (>= 0 and < 1),
            "at least 0 and less than 1; the momentum itself makes the buffer a mean");
        Check("--dampening", Dampening, !IsNesterov || Dampening is null or 0, "0 with --nesterov, as PyTorch demands too");
        Check("--dimension", Dimension, Dimension is null or (>= 3 and <= MostDimensions), $"from 3 to {MostDimensions}");
        Check("--replicas", Replicas, Replicas is null or (>= 2 and <= MostReplicas),
            $"from 2 to {MostReplicas}; a standard error needs two");
        Check("--steps", Steps, Steps is null or (>= 100 and <= MostSteps), $"from 100 to {MostSteps}");
        Check("--factor", Factor, Factor is null or (> 1 and <= 1e6), "more than 1 and at most 1e6, such as 10");
        Check("--batch", Batch, Batch is null or (>= 1 and <= 4096), "from 1 to 4096, the size of the population");
        if (problems.Count == 0) DemandEquilibrium();
        if (problems.Count > 0) throw new InputException(problems);

        void Check(string name, object? value, bool isGood, string rule)
        {
            if (!isGood) problems.Add($"{name} {value}: must be {rule}");
        }

        void DemandEquilibrium()
        {
            var update = UpdateOr(rate, weightDecay);
            if (update.IntrinsicRate >= update.LargestIntrinsicRate)
                problems.Add(
                    $"--rate {Rate ?? rate} times --weight-decay {WeightDecay ?? weightDecay} is {update.IntrinsicRate:G4}: with this "
                    + $"rule and momentum the laws hold below {update.LargestIntrinsicRate:G4}; lower one of the two");
        }
    }
}
