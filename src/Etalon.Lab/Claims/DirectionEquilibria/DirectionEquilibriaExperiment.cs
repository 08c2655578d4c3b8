using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Claims.DirectionEquilibria;

/// <summary>
/// Lion, signs and Muon at a constant rate and decay until norms have settled, on a perceptron that sees every batch once.
/// </summary>
/// <remarks>
/// <para>
/// Question: do rate, decay, momentum and the sizes of a matrix alone tell its norm and the angle by which an update turns it, for the
/// rules whose updates have a size of their own?
/// </para>
/// <para>
/// Expected: within a fifth. The laws take gradients to be normal and to agree in nothing from batch to batch; signs and orthogonal factors
/// feel both more than AdamW does, since a number that is small counts as much as a large one.
/// </para>
/// <para>
/// All have 0.002 mixing units an update, with rates whose norms settle near those of the start, so that little has to be forgotten.
/// </para>
/// <para>Cost: twenty seconds of a core for four seeds of all.</para>
/// </remarks>
internal sealed record DirectionEquilibriaExperiment
{
    internal const string Undecayed = "lion-undecayed";

    /// <summary>Updates; the last two fifths are measured.</summary>
    /// <value>2,500 by default, five mixing units.</value>
    public int Updates { get; init; } = 2_500;

    /// <summary>Runs of each rule.</summary>
    /// <value>At least 2; 4 by default.</value>
    public int Seeds { get; init; } = 4;

    /// <summary>Units of each hidden layer.</summary>
    /// <value>24 by default.</value>
    public int Width { get; init; } = 24;

    /// <summary>What the rate and the decay are multiplied by where the law is told; tests take others than 1.</summary>
    internal (double Rate, double Decay) Told { get; init; } = (1, 1);

    internal static IReadOnlyList<FreshArm> Arms =>
    [
        Arm("sign", "sign of the gradient", 0.02, 0.1, new FreshSignum(0)),
        Arm("signum", "Signum, momentum 0.9", 0.005, 0.4, new FreshSignum(0.9)),
        Arm("lion", "Lion (0.9, 0.99)", 0.002, 1, new FreshLion(0.9, 0.99)),
        Arm("muon", "Muon without momentum", 0.1, 0.02, new FreshMuon(0, IsNesterov: false)),
        Arm("muon-heavy-ball", "Muon, momentum 0.9", 0.02, 0.1, new FreshMuon(0.9, IsNesterov: false)),
        Arm("muon-nesterov", "Muon, momentum 0.95, Nesterov", 0.02, 0.1, new FreshMuon(0.95, IsNesterov: true)),
        Arm(Undecayed, "Lion without decay", 0.002, 0, new FreshLion(0.9, 0.99)),
    ];

    /// <summary>Trains all.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public IReadOnlyList<DirectionRatios> Run(ClaimRun run)
    {
        ArgumentNullException.ThrowIfNull(run);
        var tracks = new FreshExperiment(Arms, Updates) { Seeds = Seeds, Width = Width }.Run(run);
        return [.. Arms.Select((arm, i) => Over(arm, tracks[i]))];
    }

    // The rate of what is not scale-invariant, for all rules. Lion and Signum go on in one direction for tens of updates: at 0.002 head and
    // scales swing, gradients of the layers below agree with them, and norms are 58 and 74 % above the law; 1e-4 is as good as this.
    private static FreshArm Arm(string name, string title, double rate, double decay, FreshDirection rule) =>
        new(name, title, new Constant(rate), new Constant(decay)) { Rule = rule, Rest = new Constant(4e-4) };

    private DirectionRatios Over(FreshArm arm, IReadOnlyList<FreshTrack> tracks)
    {
        int from = Updates * 3 / 5 / FreshExperiment.Block, to = Updates / FreshExperiment.Block;
        var rule = (FreshDirection)arm.Rule;
        // Without decay nothing settles; it is held against what would settle with Lion's.
        double decay = arm.Name == Undecayed ? 1 : arm.DecayOf(0).ValueAt(0);
        var laws = Enumerable.Range(0, FreshExperiment.Hidden).Select(layer =>
        {
            int inputs = layer == 0 ? FreshTask.Dimensions : Width;
            return rule.LawOf(inputs, Width).Equilibrium(Told.Rate * arm.Rate.ValueAt(0), Told.Decay * decay, (long)inputs * Width);
        }).ToList();
        IReadOnlyList<SeedSample> Each(Func<FreshLayer, double[]> measured, Func<DirectionEquilibrium, double> law) =>
            [.. laws.Select((of, layer) => new SeedSample(
                [.. tracks.Select(track => FreshLayer.Over(measured(track.Layers[layer]), from, to) / law(of))]))];
        return new(arm.Name, arm.Title, Each(layer => layer.Norms, law => law.Norm), Each(layer => layer.Angles, law => law.Angle));
    }
}

/// <summary>Norm and angle over what the law tells, of each hidden layer.</summary>
/// <param name="Name">The rule's name in files.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Norms">[layer]: |w| over the law's, for each seed.</param>
/// <param name="Angles">[layer]: the angle of an update over the law's.</param>
internal sealed record DirectionRatios(
    string Name, string Title, IReadOnlyList<SeedSample> Norms, IReadOnlyList<SeedSample> Angles)
{
    /// <summary>The layers' geometric mean of norm over law.</summary>
    public SeedSample Norm => Mean(Norms);

    /// <summary>The layers' geometric mean of angle over law.</summary>
    public SeedSample Angle => Mean(Angles);

    private static SeedSample Mean(IReadOnlyList<SeedSample> layers) =>
        new([.. layers[0].Values.Select((_, seed) => Elementary.Exp(layers.Average(layer => Elementary.Log(layer.Values[seed]))))]);
}
