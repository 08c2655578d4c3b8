namespace Etalon.Lab.Training;

/// <summary>Watches a training run: a run folder, a progress bar.</summary>
public interface ITrainingObserver
{
    /// <summary>Called after each update.</summary>
    void Updated(in UpdateReport report);

    /// <summary>Called after each evaluation.</summary>
    void Evaluated(in EvaluationReport report);

    /// <summary>
    /// Called after an update, and after the evaluation that follows it if one does: what the trainer holds now can be kept and continued.
    /// </summary>
    void AtRest() { }
}
