using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Claims.AdamEquilibrium;

/// <summary>
/// AdamW at a constant rate and decay until norms have settled: a perceptron that sees every batch once, a residual network and a
/// transformer.
/// </summary>
/// <remarks>
/// <para>
/// Question: do rate, decay, betas and the number of weights alone tell the norm of the scale-invariant weights and the angle by which an
/// update turns them, whatever the network and its gradients are?
/// </para>
/// <para>
/// Expected: within a tenth, since the gradients of a network agree a little from batch to batch, which the law leaves out; the same angle
/// from twice the rate and half the decay, and twice the norm, since |w|^2 goes as the rate over the decay.
/// </para>
/// <para>Cost: five mixing units of each network; twenty seconds of a core for a seed of all.</para>
/// </remarks>
internal sealed record AdamEquilibriumExperiment
{
    /// <summary>The rate and the decay of all networks: 0.002 mixing units an update.</summary>
    public const double Rate = 0.004, Decay = 0.5;

    internal const string Plain = "perceptron", Swapped = "perceptron-swapped", Undecayed = "perceptron-undecayed";

    /// <summary>Updates; the last two fifths are measured.</summary>
    /// <value>2,500 by default, five mixing units.</value>
    public int Updates { get; init; } = 2_500;

    /// <summary>Runs of each network.</summary>
    /// <value>At least 2; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>The networks besides the perceptron.</summary>
    public required IReadOnlyList<ExperimentArm> Networks { get; init; }

    /// <summary>The rate and decay from which the law is told; tests take others than those that are trained.</summary>
    internal (double Rate, double Decay) Told { get; init; } = (Rate, Decay);

    /// <summary>The recipes of the networks besides the perceptron.</summary>
    internal IReadOnlyList<Recipe> Recipes => ExperimentRuns.Recipes(RunNames, Networks, Seeds);

    internal static IReadOnlyList<FreshArm> Arms =>
    [
        new(Plain, "perceptron, fresh batches", new Constant(Rate), new Constant(Decay)),
        new(Swapped, "the same, twice the rate and half the decay", new Constant(2 * Rate), new Constant(Decay / 2))
        {
            Rest = new Constant(Rate),
        },
        new(Undecayed, "the same without decay", new Constant(Rate), new Constant(0)),
    ];

    private const string RunNames = "adam-equilibrium";

    private int First => Updates * 3 / 5;

    /// <summary>A network as people train it, for this experiment.</summary>
    public static ExperimentArm Of(string name, string title, Recipe recipe) => new(name, title, recipe with
    {
        LearningRate = new Constant(Rate),
        WeightDecay = new Constant(Decay),
    });

    /// <summary>Trains all.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<SettledNetwork> Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var fresh = new FreshExperiment(Arms, Updates) { Seeds = Seeds }.Run(run);
        var networks = ExperimentRuns.Execute(RunNames, Networks, Seeds, run);
        return
        [
            .. Arms.Select((arm, i) => OfTracks(arm, fresh[i])),
            .. networks.Select(OfRuns),
        ];
    }

    private SettledNetwork OfTracks(FreshArm arm, IReadOnlyList<FreshTrack> tracks)
    {
        int from = First / FreshExperiment.Block, to = Updates / FreshExperiment.Block;
        var (rate, decay) = arm.Name == Swapped ? (2 * Told.Rate, Told.Decay / 2) : Told;
        DirectionEquilibrium Law(FreshLayer layer) =>
            DirectionRule.AdamW(FreshArm.Beta1, FreshArm.Beta2).Equilibrium(rate, decay, layer.Weights);
        return new(arm.Name, arm.Title,
            new([.. tracks.Select(track => track.Mean(layer => FreshLayer.Over(layer.Norms, from, to) / Law(layer).Norm))]),
            new([.. tracks.Select(track => track.Mean(layer => FreshLayer.Over(layer.Angles, from, to) / Law(layer).Angle))]));
    }

    private SettledNetwork OfRuns(ArmResult result)
    {
        var told = result.Arm.Recipe with { LearningRate = new Constant(Told.Rate), WeightDecay = new Constant(Told.Decay) };
        var law = DirectionForecast.Of(told).Whole.EquilibriumAt(Updates - 1)
            ?? throw new InputException("the recipe has no rate or no decay; give it both");
        double from = (double)First / result.Arm.Recipe.StepsPerEpoch;
        SeedSample Over(string metric, double predicted) => new(
        [
            .. result.Curves(metric).Select(curve => Math.Sqrt(
                curve.Where(point => point.Epoch > from).Average(point => point.Value * point.Value)) / predicted),
        ]);
        return new(result.Arm.Name, result.Arm.Title, Over(EpochCurves.Norm, law.Norm), Over(EpochCurves.Angle, law.Angle));
    }
}

/// <summary>Norm and angle of a network's scale-invariant weights over what the law tells, for each seed.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Norms">|w| over the law's: of a perceptron the geometric mean of its layers.</param>
/// <param name="Angles">The angle of an update over the law's.</param>
internal sealed record SettledNetwork(string Name, string Title, SeedSample Norms, SeedSample Angles);
