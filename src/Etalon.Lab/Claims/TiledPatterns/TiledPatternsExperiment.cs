using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>
/// Pattern separation with a convolutional network: PS10 in its tiled form, 32x32 in color, a random block of 4x4 (simple) or 8x8 (complex) pixels repeated
/// (You et al., arXiv:1908.01878, claims C4 and C5; the paper's own images are of this size, how they are drawn is not known).
/// </summary>
/// <remarks>
/// <para>
/// Sigma 0.5, a fifth of the training images noisy. The arms are those of label noise: a rate that falls to a tenth after a half and after three quarters of the run, and three constants.
/// Batch normalization, weight decay 5e-4, momentum 0.9, batches of 128.
/// </para>
/// <para>
/// Sized for two cores: 4,000 images, 16 epochs, and 25 complex patterns a class, so that there are some six images of each (four for the perceptron). The complexities are 3.32 and 4.64 bits.
/// </para>
/// </remarks>
public sealed record TiledPatternsExperiment
{
    private const string Recipe = """
        data: {set: ps10, batch: 128, drop_last: true, patterns: {kind: tiled, sigma: 0.5, noise: 0.2}}
        model: {name: cnn}
        weight_decay: 5e-4
        momentum: 0.9
        log: {every: 1ep}
        """;

    /// <summary>Training images.</summary>
    /// <value>At least a batch, 128; 4,000 by default.</value>
    public int Images { get; init; } = 4_000;

    /// <summary>Test images, half of them simple.</summary>
    /// <value>At least 2; 2,000 by default.</value>
    public int TestImages { get; init; } = 2_000;

    /// <summary>Complex patterns of each class; there are ten simple ones.</summary>
    /// <value>At least 1; 25 by default.</value>
    public int Complex { get; init; } = 25;

    /// <summary>Epochs of a run.</summary>
    /// <value>A multiple of 4, so that the rate falls between two epochs; 16 by default.</value>
    public int Epochs { get; init; } = 16;

    /// <summary>Channels of the network's first stage.</summary>
    /// <value>At least 1; 16 by default.</value>
    public int Width { get; init; } = 16;

    /// <summary>The largest rate.</summary>
    /// <value>Above 0; 1 by default: of 1, 0.3, 0.1, 0.03, 0.01 and 0.003 the only one at which complex patterns stayed behind throughout the first stage.</value>
    public double LargeRate { get; init; } = 1;

    /// <summary>Runs of each arm: the seeds 1, 2, ... of data, start and order.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>Trains what is not in the folder yet, and judges.</summary>
    /// <param name="folder">The folder of the experiment's runs; one that was interrupted is gone on with.</param>
    /// <param name="parallel">Runs at a time, each on one thread; the results do not depend on it.</param>
    /// <param name="progress">Hears of each run that is done; null for nobody.</param>
    /// <param name="cancellation">Stops the runs at work, each with a checkpoint.</param>
    /// <exception cref="InputException">The folder holds other runs of these names.</exception>
    public TiledPatternsReport Run(string folder, int parallel, Action<string>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
        ArgumentOutOfRangeException.ThrowIfNotEqual(Epochs % 4, 0, nameof(Epochs));
        return new TiledPatternsReport(this, ExperimentRuns.Execute(RateArms.From(LargeRate), Seeds, Spec, folder, parallel, progress, cancellation));
    }

    private Recipe Spec(ExperimentArm arm, int seed) => RecipeReader.Read(Recipe, "tiled patterns",
    [
        $"name=e2-{arm.Name}-seed{seed}", $"seed={seed}", $"data.seed={seed}",
        $"data.train={Images}", $"data.test={TestImages}", $"data.patterns.complex={Complex}", $"model.width={Width}", $"duration={Epochs}ep", .. arm.Overrides,
    ]);
}
