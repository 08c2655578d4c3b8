using Etalon.Lab.Claims.Shared;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Claims.LayerSpeeds;

/// <summary>Three layers of one network under Adam with L2, under AdamW, and under AdamW with a decay of its own for each layer.</summary>
/// <remarks>
/// <para>
/// Question: do layers turn at one speed under one rate and one decay? With the decay in Adam's gradient their equilibrium depends on how
/// large each layer's gradients are; with AdamW it does not.
/// </para>
/// <para>
/// Expected: angles an update that differ by a third and more between the layers under Adam with L2, each as the law says from its measured
/// gradients, and angles alike under AdamW.
/// </para>
/// <para>Cost: a second of a core for a run of 4,000 updates.</para>
/// </remarks>
internal sealed record LayerSpeedsExperiment
{
    /// <summary>The rate of all, AdamW's decay, and that in the gradient, which turns the weights about as fast.</summary>
    public const double Rate = 0.004, Decay = 0.5, CoupledDecay = 0.005;

    internal const string Coupled = "adam-l2", Decoupled = "adamw", Uneven = "adamw-uneven";

    /// <summary>Updates; the second half is measured.</summary>
    /// <value>4,000 by default, eight mixing units of AdamW.</value>
    public int Updates { get; init; } = 4_000;

    /// <summary>Runs of each arm.</summary>
    /// <value>At least 2; 4 by default.</value>
    public int Seeds { get; init; } = 4;

    /// <summary>Units of each hidden layer.</summary>
    /// <value>24 by default.</value>
    public int Width { get; init; } = 24;

    /// <summary>Whether the decay of Adam with L2 is in the gradient; tests take it out.</summary>
    internal bool IsCoupled { get; init; } = true;

    internal IReadOnlyList<FreshArm> Arms =>
    [
        new(Coupled, "Adam with L2", new Constant(Rate), new Constant(IsCoupled ? CoupledDecay : Decay))
        {
            Rule = new FreshAdam(IsDecayDecoupled: !IsCoupled),
        },
        new(Decoupled, "AdamW", new Constant(Rate), new Constant(Decay)),
        new(Uneven, "AdamW, the last layer with a fourth of the decay", new Constant(Rate), new Constant(Decay), new Constant(Decay),
            new Constant(Decay / 4)),
    ];

    /// <summary>Trains all.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<LayerAngles> Run(ClaimRun run)
    {
        var tracks = new FreshExperiment(Arms, Updates) { Seeds = Seeds, Width = Width }.Run(run);
        return [.. Arms.Select((arm, i) => new LayerAngles(arm.Name, arm.Title,
            [.. tracks[i].Select(track => (IReadOnlyList<double>)[.. track.Layers.Select(layer => Half(layer.Angles))])],
            [.. tracks[i].Select(track => (IReadOnlyList<double>)[.. track.Layers.Select((layer, at) => Law(arm, layer, at))])]))];
    }

    private static double Law(FreshArm arm, FreshLayer layer, int at)
    {
        double decay = arm.DecayOf(at).ValueAt(0), sphere = Median([.. layer.Spheres.Skip(layer.Spheres.Length / 2)]);
        return (arm.Rule is FreshAdam { IsDecayDecoupled: true }
            ? DirectionRule.AdamW(FreshArm.Beta1, FreshArm.Beta2).Equilibrium(Rate, decay, layer.Weights)
            : DirectionEquilibrium.AdamWithL2(Rate, decay, layer.Weights, sphere, FreshArm.Beta1)).Angle;
    }

    // Without epsilon a unit that hardly varies makes a gradient thousands of times as large, which Adam does not feel and a mean does.
    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }

    private static double Half(double[] blocks) => FreshLayer.Over(blocks, blocks.Length / 2, blocks.Length);
}

/// <summary>The angle of an update of each layer, for each seed.</summary>
/// <param name="Name">The arm.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Measured">[seed][layer], radians.</param>
/// <param name="Predicted">[seed][layer]: of AdamW from the numbers, of Adam with L2 from the measured gradients too.</param>
internal sealed record LayerAngles(
    string Name, string Title, IReadOnlyList<IReadOnlyList<double>> Measured, IReadOnlyList<IReadOnlyList<double>> Predicted)
{
    /// <summary>The largest over the smallest angle of the layers, for each seed.</summary>
    public SeedSample Spread => new([.. Measured.Select(layers => layers.Max() / layers.Min())]);

    /// <summary>One layer's angle over its law, for each seed.</summary>
    public SeedSample OverLaw(int layer) => new([.. Measured.Zip(Predicted, (own, law) => own[layer] / law[layer])]);
}
