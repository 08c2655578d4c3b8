namespace Etalon.Lab.RunSpecs;

/// <summary>The loss of a recipe.</summary>
public sealed record LossSpec
{
    /// <summary>What is minimized.</summary>
    /// <value>Cross-entropy by default.</value>
    public LossKind Kind { get; init; }

    /// <summary>The share of each label that is spread evenly over all classes.</summary>
    /// <value>In [0, 1); 0 by default. Cross-entropy only.</value>
    public double LabelSmoothing
    {
        get;
        init => field = Rule.InHalfOpen(value, 0, 1, "write 0 for none or 0.1 as is usual");
    }
}
