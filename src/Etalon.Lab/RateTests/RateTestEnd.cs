namespace Etalon.Lab.RateTests;

/// <summary>What ended a range test.</summary>
public enum RateTestEnd
{
    /// <summary>It came to the largest rate.</summary>
    LargestRate,

    /// <summary>The loss was twice the first one.</summary>
    LossRose,

    /// <summary>A loss or a gradient was not finite.</summary>
    NotFinite,
}
