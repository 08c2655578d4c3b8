namespace Etalon.Lab.Recipes;

/// <summary>How often a run writes its metrics.</summary>
public sealed record LogSpec
{
    /// <summary>The word for what is not measured at all.</summary>
    internal const string Never = "never";

    /// <summary>Updates between two lines of training metrics.</summary>
    /// <value>At least 1; 10 by default.</value>
    public long EverySteps
    {
        get;
        init => field = Require.AtLeast(value, 1L, "write 1ba for a line after each update");
    } = 10;

    /// <summary>Updates between two lines of the monitors of scale-invariant weights; null is never.</summary>
    /// <value>At least 1; 20 by default.</value>
    public long? MonitorSteps
    {
        get;
        init => field = value is null ? null : Require.AtLeast(value.Value, 1L, "write 1ba for a line after each update, or never");
    } = 20;

    /// <summary>
    /// Updates between two measurements of the gradient's noise, each of which costs the two passes of a second batch; null is never.
    /// </summary>
    /// <value>At least 1; 100 by default.</value>
    public long? NoiseSteps
    {
        get;
        init => field =
            value is null ? null : Require.AtLeast(value.Value, 1L, "100ba costs a hundredth of the training time; or write never");
    } = 100;

    /// <summary>Updates between two evaluations; null is an epoch.</summary>
    /// <value>At least 1.</value>
    public long? EvaluationSteps
    {
        get;
        init => field = value is null ? null : Require.AtLeast(value.Value, 1L, "write 1ep for an evaluation after each epoch");
    }
}
