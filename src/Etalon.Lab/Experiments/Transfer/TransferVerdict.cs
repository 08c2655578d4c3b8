namespace Etalon.Lab.Experiments.Transfer;

/// <summary>Whether what was learned after the last decay transfers less.</summary>
public enum TransferVerdict
{
    /// <summary>It does: the 95 % interval of the difference of the two ratios is above 0.</summary>
    Supported,

    /// <summary>It transfers more: the interval is below 0.</summary>
    Contradicted,

    /// <summary>The interval has 0 in it.</summary>
    Undecided,

    /// <summary>There are no two ratios to compare: a gain on the source was not significant.</summary>
    NotFormed,
}
