namespace Etalon.Lab.RunSpecs;

/// <summary>How the patterns of the generated data set <c>ps10</c> are drawn.</summary>
public enum PatternKind
{
    /// <summary>16x16 gray, every pixel of a pattern drawn for itself.</summary>
    Iid,

    /// <summary>32x32 color, a random block of 4x4 (simple) or 8x8 (complex) pixels repeated over the image: the kinds differ in spatial frequency too.</summary>
    Tiled,
}
