namespace Etalon.Lab.Data;

/// <summary>Labels of the training split that are made wrong on purpose; the true ones are kept for the metrics.</summary>
public sealed record LabelNoiseSpec
{
    /// <summary>What a wrong label is.</summary>
    /// <value>Symmetric by default.</value>
    public LabelNoiseKind Kind { get; init; }

    /// <summary>The share of the training images whose label is drawn anew.</summary>
    /// <value>In [0, 1).</value>
    public required double Fraction
    {
        get;
        init => field = Require.InHalfOpen(value, 0, 1, "it is a share of the training images, as in 0.2");
    }
}

/// <summary>What a wrong label is.</summary>
public enum LabelNoiseKind
{
    /// <summary>Any class, each equally likely, the true one too: of K classes a share 1/K of the redrawn labels stays right.</summary>
    Symmetric,

    /// <summary>The next class; the first one after the last.</summary>
    PairFlip,
}
