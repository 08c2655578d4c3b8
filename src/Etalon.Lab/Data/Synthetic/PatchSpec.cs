namespace Etalon.Lab.Data;

/// <summary>
/// Small patches in the middle of some images that give their class away (Li, Wei and Ma, NeurIPS 2019): what a small rate memorizes at
/// once.
/// </summary>
public sealed record PatchSpec
{
    /// <summary>The share of the images, of the training and of the test split, that carry the patch of their class.</summary>
    /// <value>In [0, 1].</value>
    public required double Fraction
    {
        get;
        init => field = Require.InClosed(value, 0, 1, "it is a share of the images, as in 0.5");
    }

    /// <summary>Rows and columns of a patch.</summary>
    /// <value>At least 1 and at most those of an image; 5 by default.</value>
    public int Size
    {
        get;
        init => field = Require.AtLeast(value, 1, "5 is a good choice");
    } = 5;
}
