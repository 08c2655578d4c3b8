using Etalon.Lab.Training;

namespace Etalon.Workbench.Commands;

/// <summary>Training that prints nothing.</summary>
internal sealed class SilentDisplay : ITrainingObserver
{
    public void Updated(in UpdateReport report) { }

    public void Evaluated(in EvaluationReport report) { }
}
