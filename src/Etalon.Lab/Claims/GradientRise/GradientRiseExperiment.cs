using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Claims.GradientRise;

/// <summary>
/// AdamW at a constant rate until norms have settled, then a rate that falls to 0 along a line; beside it AdamC, whose decay falls with the
/// rate, and a rate that does not fall.
/// </summary>
/// <remarks>
/// <para>
/// Question: why do gradients rise at the end of a run? Behind a normalization they are 1/|w| as large, and |w| falls with the rate while
/// the decay lasts.
/// </para>
/// <para>
/// Expected: 1/|w| rises as the law says from rate, decay and betas, by about a half over four mixing units at the peak; that is the larger
/// part of the gradients' rise, and AdamC takes it away.
/// </para>
/// <para>Cost: a second of a core for a run of 4,000 updates.</para>
/// </remarks>
internal sealed record GradientRiseExperiment
{
    /// <summary>The peak of the rate, and the decay: 0.002 mixing units an update.</summary>
    public const double Rate = 0.004, Decay = 0.5;

    /// <summary>Updates of the constant rate, and of its fall: four mixing units each at the peak.</summary>
    public const int Flat = 2_000, Fall = 2_000;

    internal const string AdamW = "adamw", AdamC = "adamc", Constant = "constant";

    // The means before are over the last half unit of the constant rate, those after over the last twentieth of the fall.
    private const int Before = 250, After = 100;

    /// <summary>Runs of each arm.</summary>
    /// <value>At least 2; 4 by default.</value>
    public int Seeds { get; init; } = 4;

    /// <summary>Units of each hidden layer.</summary>
    /// <value>24 by default.</value>
    public int Width { get; init; } = 24;

    /// <summary>The decay that falls with the rate; tests keep it.</summary>
    internal Schedule Cure { get; init; } = Falling(Decay);

    internal IReadOnlyList<FreshArm> Arms =>
    [
        new(AdamW, "AdamW, rate falling to 0", Falling(Rate), new Constant(Decay)),
        new(AdamC, "AdamC: the decay falls with the rate", Falling(Rate), Cure),
        new(Constant, "AdamW, constant rate", new Constant(Rate), new Constant(Decay)),
    ];

    /// <summary>Trains all.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<GradientGrowth> Run(ClaimRun run)
    {
        var tracks = new FreshExperiment(Arms, Flat + Fall) { Seeds = Seeds, Width = Width }.Run(run);
        return [.. Arms.Select((arm, i) => Of(arm, tracks[i]))];
    }

    private static GradientGrowth Of(FreshArm arm, IReadOnlyList<FreshTrack> tracks)
    {
        var table = new AdamTable(Enumerable.Range(0, Flat + Fall).Select(step => new AdamRow(
            Elementary.Log(arm.Rate.ValueAt(step)), arm.DecayOf(0).ValueAt(step), FreshArm.Beta1, FreshArm.Beta2, 1e-8)));
        return new(arm.Name, arm.Title, [.. tracks.Select(track => track.Mean(layer => Law(table, layer)))],
            [.. tracks.Select(track => track.Mean(layer => 1 / Growth(layer.Norms)))],
            [.. tracks.Select(track => track.Mean(layer => Growth(layer.Gradients)))],
            [.. Enumerable.Range(0, tracks[0].Layers[0].Norms.Length).Select(block =>
                tracks.Average(track => track.Mean(layer => layer.Gradients[block] / Settled(layer.Gradients))))]);
    }

    // How much smaller the law makes the norm, over the same updates as it is measured.
    private static double Law(AdamTable table, FreshLayer layer)
    {
        var curve = DirectionCurve.OfAdamW(table, layer.Weights, layer.StartNorm);
        double Mean(int from, int to) =>
            Math.Sqrt(Enumerable.Range(from, to - from).Average(step => curve.NormAt(step) * curve.NormAt(step)));
        return Mean(Flat - Before, Flat) / Mean(Flat + Fall - After, Flat + Fall);
    }

    private static double Growth(double[] blocks) =>
        FreshLayer.Over(blocks, (Flat + Fall - After) / FreshExperiment.Block, (Flat + Fall) / FreshExperiment.Block) / Settled(blocks);

    private static double Settled(double[] blocks) =>
        FreshLayer.Over(blocks, (Flat - Before) / FreshExperiment.Block, Flat / FreshExperiment.Block);

    private static Sequence Falling(double peak) => new(new Constant(peak, Flat), new Linear(peak, 0, Fall));
}

/// <summary>How much larger something is at the end than before the rate fell: geometric means over the layers, for each seed.</summary>
/// <param name="Name">The arm.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Predicted">1/|w| by the law, from the numbers and the norm of the start alone.</param>
/// <param name="Inverse">1/|w| as measured.</param>
/// <param name="Gradients">|g|.</param>
/// <param name="Curve">|g| over its value before the fall, block by block, the mean of the seeds.</param>
internal sealed record GradientGrowth(
    string Name, string Title, IReadOnlyList<double> Predicted, IReadOnlyList<double> Inverse, IReadOnlyList<double> Gradients,
    IReadOnlyList<double> Curve);
