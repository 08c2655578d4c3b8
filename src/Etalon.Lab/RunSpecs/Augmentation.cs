namespace Etalon.Lab.RunSpecs;

/// <summary>What is done at random to each training image of each epoch.</summary>
public enum Augmentation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A crop from the image padded by 4 zeros on each side, then a horizontal flip with probability 1/2.</summary>
    CropFlip,

    /// <summary>The crop alone.</summary>
    Crop,

    /// <summary>The flip alone.</summary>
    Flip,
}
