namespace Etalon.Lab.Training;

/// <summary>Who wants to know how a run is getting on: a run folder, a progress bar.</summary>
public interface ITrainingObserver
{
    /// <summary>An update was done.</summary>
    void Updated(in UpdateReport report);

    /// <summary>The network was evaluated on the test split.</summary>
    void Evaluated(in EvaluationReport report);

    /// <summary>The update, and the evaluation where one was due, are over: what the trainer holds now can be kept and continued.</summary>
    void AtRest() { }
}
