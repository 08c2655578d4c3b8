namespace Etalon.Lab.RunSpecs;

/// <summary>What a wrong label is.</summary>
public enum LabelNoiseKind
{
    /// <summary>Any class, each equally likely, the true one too: of K classes a share 1/K of the redrawn labels stays right.</summary>
    Symmetric,

    /// <summary>The next class; the first one after the last.</summary>
    PairFlip,
}
