namespace Etalon.Lab.Data;

/// <summary>How the training split is read.</summary>
public sealed record BatchOptions
{
    /// <summary>The run's seed: decides the order of each epoch and the variation of each image.</summary>
    public ulong Seed { get; init; }

    /// <summary>How images are varied; <see cref="CropFlip.None"/> unless set.</summary>
    public CropFlip Augmentation { get; init; } = CropFlip.None;

    /// <summary>Whether an epoch ends before a last batch that would be smaller; false unless set.</summary>
    public bool DropLast { get; init; }
}
