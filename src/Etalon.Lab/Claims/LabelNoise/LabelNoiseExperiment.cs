using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;

namespace Etalon.Lab.Claims.LabelNoise;

/// <summary>
/// Wrong labels on real images (You et al., arXiv:1908.01878): whether a large rate keeps a convolutional network from memorizing them (the
/// paper's claim C4), and whether its decay brings what is harder to learn (C5).
/// </summary>
/// <remarks>
/// <para>
/// Question: three tenths of the labels are drawn anew, so that 27 % are wrong in ten classes. How many of the images with a wrong label
/// are answered with that label, memorized, and how many with the true class, corrected? By chance either is 0.1. A rate that falls twice
/// is compared with three constants (<see cref="RateArmsExperiment"/>).
/// </para>
/// <para>
/// Expected: the large rate memorizes fewer than the smaller constants and corrects more; after its decay the accuracy on test images and
/// on clean training images rises above the best before.
/// </para>
/// <para>Cost: 4 arms of 3 seeds; 40 epochs of 2,000 images of Fashion-MNIST take about six minutes on two cores.</para>
/// </remarks>
internal sealed record LabelNoiseExperiment : RateArmsExperiment
{
    /// <summary>The first 10,000 training images and 40 epochs by default.</summary>
    public LabelNoiseExperiment() : base(images: 10_000, epochs: 40)
    {
    }

    /// <summary>The data set.</summary>
    public required string Set { get; init; }

    /// <summary>The epochs of the first stage.</summary>
    internal int FirstStage => Epochs / 2;

    private protected override string RunName => $"e4-{Set}";

    private protected override int EvaluationEpochs => 2;

    private protected override DataSpec Data => new() { Set = Set, LabelNoise = new LabelNoiseSpec { Fraction = 0.3 } };

    /// <summary>Trains what is not in the folder yet.</summary>
    /// <param name="run">Where, and on how many threads.</param>
    /// <exception cref="InputException">The data set is not on this machine, or the folder holds other runs of these names.</exception>
    public LabelNoiseReport Run(ClaimRun run) => new(this, Train(run));
}
