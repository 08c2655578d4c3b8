namespace Etalon.Lab.Training;

/// <summary>Observes nothing.</summary>
internal sealed class NullObserver : ITrainingObserver
{
    private NullObserver() { }

    /// <summary>The only one.</summary>
    public static NullObserver Instance { get; } = new();

    /// <inheritdoc/>
    public void Updated(in UpdateReport report) { }

    /// <inheritdoc/>
    public void Evaluated(in EvaluationReport report) { }
}
