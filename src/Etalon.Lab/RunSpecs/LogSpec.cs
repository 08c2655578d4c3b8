namespace Etalon.Lab.RunSpecs;

/// <summary>How often a run writes its metrics.</summary>
public sealed record LogSpec
{
    /// <summary>Updates between two lines of training metrics.</summary>
    /// <value>At least 1; 10 by default.</value>
    public long EverySteps
    {
        get;
        init => field = Rule.AtLeast(value, 1L, "write 1ba for a line after each update");
    } = 10;

    /// <summary>Updates between two evaluations; null is an epoch.</summary>
    /// <value>At least 1.</value>
    public long? EvaluationSteps
    {
        get;
        init => field = value is null ? null : Rule.AtLeast(value.Value, 1L, "write 1ep for an evaluation after each epoch");
    }
}
