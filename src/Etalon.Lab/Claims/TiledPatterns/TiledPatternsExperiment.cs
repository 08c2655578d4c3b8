using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;

namespace Etalon.Lab.Claims.TiledPatterns;

/// <summary>
/// Pattern separation with a convolutional network: PS10 in its tiled form, 32x32 in color, a random block of 4x4 (simple) or 8x8 (complex)
/// pixels repeated (You et al., arXiv:1908.01878, claims C4 and C5; the paper's own images are of this size, how they are drawn is not
/// known).
/// </summary>
/// <remarks>
/// <para>
/// Question: does what a perceptron shows on PS10 hold for a convolutional network on color images? Sigma 0.5, a fifth of the training
/// images noisy; a rate that falls twice is compared with three constants (<see cref="RateArmsExperiment"/>).
/// </para>
/// <para>
/// Expected: at the large rate simple patterns are learned and complex ones stay behind; the first epoch after the decay brings complex
/// ones; the decayed rate memorizes fewer noisy images than the small constants.
/// </para>
/// <para>
/// Cost: 4 arms of 3 seeds, each 16 epochs of 4,000 images, about seven minutes on two cores. With 25 complex patterns a class there are
/// about six images of each (four for the perceptron); the complexities are 3.32 and 4.64 bits.
/// </para>
/// </remarks>
internal sealed record TiledPatternsExperiment : RateArmsExperiment
{
    /// <summary>
    /// 4,000 images and 16 epochs by default; of the largest rates 1, 0.3, 0.1, 0.03, 0.01 and 0.003 only 1 left complex patterns behind
    /// throughout the first stage.
    /// </summary>
    public TiledPatternsExperiment() : base(images: 4_000, epochs: 16)
    {
    }

    /// <summary>Complex patterns of each class; there are ten simple ones.</summary>
    /// <value>At least 1; 25 by default.</value>
    public int Complex { get; init; } = 25;

    private protected override string RunName => "e2";

    private protected override int EvaluationEpochs => 1;

    private protected override DataSpec Data => new()
    {
        Set = "ps10",
        Patterns = new PatternSpec { Kind = PatternKind.Tiled, Sigma = 0.5, Noise = 0.2, Complex = Complex },
    };

    /// <summary>Trains what is not in the folder yet.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The folder holds other runs of these names.</exception>
    public TiledPatternsReport Run(ClaimRun run) => new(this, Train(run));
}
