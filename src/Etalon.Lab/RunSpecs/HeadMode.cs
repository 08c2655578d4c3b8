namespace Etalon.Lab.RunSpecs;

/// <summary>Whether the last linear layer learns.</summary>
public enum HeadMode
{
    /// <summary>It is trained like every other layer.</summary>
    Trained,

    /// <summary>It keeps its initial weights, as scale-invariance of the whole network asks.</summary>
    Frozen,
}
