using Etalon.Engine;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>
/// The fast-equilibrium conjecture on a real network: runs that share rate, decay, momentum and batch from some update on come to predict
/// alike, wherever they started and whatever they did before, after a few mixing units; their weights do not come to be alike.
/// </summary>
/// <remarks>
/// <para>
/// Question: do arms with different starts and histories reach one law of functions, and does the time count in mixing units, the sum of
/// eta lambda / (1 - mu) over the updates? Each arm is trained again and again from its one start with other batches (a seed). An input
/// then has a frequency of each class in each arm, and two arms are as far apart as the mean over the inputs of sum_c |p_c - q_c|. Finitely
/// many seeds make a distance where there is none; that floor is the distance of an arm's even seeds from its odd ones, divided by sqrt 2.
/// </para>
/// <para>
/// Expected: from more than 1 down to the floor within six mixing units, at the same number of them for every eta lambda, while the mean
/// directions of the weights of two arms stay as good as orthogonal. And a probe from each checkpoint (rate / 10, no decay, 100 updates)
/// ends at the same error in all arms. Li, Lyu and Arora 2020, section 5 and figures 4 and 5 (there: a convolutional network on MNIST, 500
/// runs; PreResNet-32 on CIFAR-10).
/// </para>
/// <para>
/// The network: a batch-normalized perceptron 20-48-48-4 with a fixed last layer, the same for all arms, so that everything trained is
/// scale-invariant. Cost: intrinsic rates x arms x seeds x (6 / (eta lambda) + history) updates of about 0.1 ms.
/// </para>
/// </remarks>
internal sealed record FastEquilibriumExperiment
{
    /// <summary>eta. Default: 0.5.</summary>
    public double Rate { get; init; } = 0.5;

    /// <summary>The values of eta lambda to compare. Default: 0.02, 0.01, 0.005.</summary>
    public IReadOnlyList<double> IntrinsicRates { get; init; } = [0.02, 0.01, 0.005];

    /// <summary>mu, at least 0 and less than 1. Default: 0.</summary>
    public double Momentum { get; init; }

    /// <summary>
    /// Examples in a batch, drawn with replacement. Default: 16, few enough for noise to rule: with 64 of them and eta lambda at 0.01
    /// something of the start is left after six mixing units (1.5 floors).
    /// </summary>
    public int Batch { get; init; } = 16;

    /// <summary>
    /// The arms, at least two. Default: a light start, a heavy one, and one that has been trained at a tenth of the rate without decay.
    /// </summary>
    public IReadOnlyList<EquilibriumArm> Arms { get; init; } =
    [
        new("light start") { InitialNorm = 1 },
        new("heavy start") { InitialNorm = 10 },
        new("other history") { InitialNorm = 3, HistorySteps = 300, HistoryRate = 0.05 },
    ];

    /// <summary>Runs of each arm, an even number. Default: 160.</summary>
    public int Seeds { get; init; } = 160;

    /// <summary>Where to look, in mixing units since the arms share their numbers, ascending.</summary>
    public IReadOnlyList<double> MixingUnits { get; init; } = [0, 0.1, 0.25, 0.5, 1, 2, 3, 4, 6];

    /// <summary>How many of the seeds are probed at each checkpoint. Default: 16.</summary>
    public int ProbedSeeds { get; init; } = 16;

    /// <summary>Updates of a probe. Default: 100.</summary>
    public int ProbeSteps { get; init; } = 100;

    /// <summary>What the task, the starts and the batches are drawn from. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The update after which an arm has trained for so many mixing units.</summary>
    public long StepAt(double mixingUnits, double intrinsicRate) => (long)Math.Round(mixingUnits * (1 - Momentum) / intrinsicRate);

    /// <summary>Trains all seeds of an arm.</summary>
    /// <param name="intrinsicRate">eta lambda.</param>
    /// <param name="arm">Which arm.</param>
    /// <param name="threads">Seeds that are trained at the same time; the result does not depend on them.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public ArmOutcome Train(double intrinsicRate, EquilibriumArm arm, int threads, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(arm);
        var task = new EquilibriumTask(Seed);
        var outcomes = new SeedOutcome[Seeds];
        using var workers = new Workers(threads);
        workers.Run(Seeds, (seed, _) =>
        {
            using var run = new EquilibriumRun(this, task, intrinsicRate, arm, seed);
            outcomes[seed] = run.Train(cancellation);
        });
        return ArmOutcome.Of(this, outcomes);
    }

    /// <summary>Trains every arm at every intrinsic rate that has no outcome in the folder yet, and compares them.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public FastEquilibriumReport Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var kept = new OutcomeCache<ArmOutcome>(run);
        var curves = new List<EquilibriumCurve>();
        foreach (double rate in IntrinsicRates)
        {
            var outcomes = new List<ArmOutcome>();
            foreach (var arm in Arms)
            {
                outcomes.Add(kept.Get(
                    $"{arm.Name.Replace(' ', '-')}-{rate:R}", this with { IntrinsicRates = [rate], Arms = [arm] },
                    () => Train(rate, arm, run.Threads, run.Cancellation)));
                run.Report($"intrinsic rate {rate:R}, {arm.Name}: {Seeds} seeds trained");
            }
            curves.Add(EquilibriumCurve.Of(this, rate, outcomes));
        }
        return new FastEquilibriumReport(this, curves);
    }
}

/// <summary>Where the runs of an arm come from before they share their numbers with those of the others.</summary>
/// <param name="Name">Its name; the directions of its initial weights are drawn from it.</param>
internal sealed record EquilibriumArm(string Name)
{
    /// <summary>The norm of each weight tensor at the start. Default: 3.</summary>
    public double InitialNorm { get; init; } = 3;

    /// <summary>Updates before the shared ones. Default: 0.</summary>
    public int HistorySteps { get; init; }

    /// <summary>Their rate. Default: 0.</summary>
    public double HistoryRate { get; init; }

    /// <summary>Their decay. Default: 0.</summary>
    public double HistoryDecay { get; init; }
}
