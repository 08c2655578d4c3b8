using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>
/// Wrong labels on real images (You et al., arXiv:1908.01878): whether a large rate keeps a convolutional network from memorizing them (the paper's claim C4),
/// and whether its decay brings what is harder to learn (C5).
/// </summary>
/// <remarks>
/// <para>
/// Three tenths of the labels are drawn anew, so that 27 % are wrong in ten classes. Three constant rates, each a tenth of the one before, are compared with a rate that begins as the largest and falls to a
/// tenth after a half and after three quarters of the run. Batch normalization, weight decay 5e-4, momentum 0.9, batches of 128, no augmentation.
/// </para>
/// <para>
/// Of each image with a wrong label it is seen whether the network answers with that label, memorized, or with the true class, corrected. By chance either is 0.1.
/// </para>
/// </remarks>
public sealed record LabelNoiseExperiment
{
    private const string Recipe = """
        data: {batch: 128, drop_last: true, label_noise: {kind: symmetric, fraction: 0.3}}
        model: {name: cnn}
        weight_decay: 5e-4
        momentum: 0.9
        log: {every: 1ep, evaluate: 2ep}
        """;

    /// <summary>The data set.</summary>
    public required string Set { get; init; }

    /// <summary>Training images: the first so many of the set.</summary>
    /// <value>At least a batch, 128; 10,000 by default.</value>
    public int Images { get; init; } = 10_000;

    /// <summary>Test images: the first so many of the set.</summary>
    /// <value>At least 1; 2,000 by default, of which an accuracy is sure to 0.01.</value>
    public int TestImages { get; init; } = 2_000;

    /// <summary>Epochs of a run.</summary>
    /// <value>A multiple of 4, so that the rate falls where an evaluation is; 40 by default.</value>
    public int Epochs { get; init; } = 40;

    /// <summary>Channels of the network's first stage.</summary>
    /// <value>At least 1; 16 by default.</value>
    public int Width { get; init; } = 16;

    /// <summary>The largest rate.</summary>
    /// <value>Above 0; 1 by default.</value>
    public double LargeRate { get; init; } = 1;

    /// <summary>Runs of each arm: the seeds 1, 2, ... of wrong labels, start and order.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>The epochs of the first stage.</summary>
    internal int FirstStage => Epochs / 2;

    /// <summary>Trains what is not in the folder yet, and judges.</summary>
    /// <param name="folder">The folder of the experiment's runs; one that was interrupted is gone on with.</param>
    /// <param name="parallel">Runs at a time, each on one thread; the results do not depend on it.</param>
    /// <param name="progress">Hears of each run that is done; null for nobody.</param>
    /// <param name="cancellation">Stops the runs at work, each with a checkpoint.</param>
    /// <exception cref="InputException">The data set is not on this machine, or the folder holds other runs of these names.</exception>
    public LabelNoiseReport Run(string folder, int parallel, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Epochs % 4, 0, nameof(Epochs));
        return new LabelNoiseReport(this, ExperimentRuns.Execute(RateArms.From(LargeRate), Seeds, Spec, folder, parallel, progress, cancellation));
    }

    private Recipe Spec(ExperimentArm arm, int seed) => RecipeReader.Read(Recipe, "wrong labels",
    [
        $"name=e4-{Set}-{arm.Name}-seed{seed}", $"seed={seed}", $"data.seed={seed}",
        $"data.set={Set}", $"data.train={Images}", $"data.test={TestImages}", $"model.width={Width}", $"duration={Epochs}ep", .. arm.Overrides,
    ]);
}
