namespace Etalon.Lab.Training;

/// <summary>What a rank does beside training that is not the first: it keeps nothing, and computes with those that do.</summary>
internal sealed class RankFollower(Trainer trainer) : ITrainingObserver
{
    /// <inheritdoc/>
    public void Updated(in UpdateReport report) { }

    /// <inheritdoc/>
    public void Evaluated(in EvaluationReport report) { }

    /// <inheritdoc/>
    public void AtRest()
    {
        if (trainer.AgreesToKeep(false)) trainer.PrepareEvaluation();
    }
}
