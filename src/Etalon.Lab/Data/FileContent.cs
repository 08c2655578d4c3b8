namespace Etalon.Lab.Data;

/// <summary>What a canonical file holds.</summary>
internal enum FileContent
{
    /// <summary>An IDX file of images: [count][height][width] bytes.</summary>
    IdxImages,

    /// <summary>An IDX file of labels: [count] bytes.</summary>
    IdxLabels,

    /// <summary>Rows of a label and an image in planes: [count](1 + [channels][height][width]) bytes.</summary>
    Cifar,

    /// <summary>The same with a coarse label before the label, as in CIFAR-100: [count](2 + [channels][height][width]) bytes.</summary>
    CifarWithCoarseLabel,
}
