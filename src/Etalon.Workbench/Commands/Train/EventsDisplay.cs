using Etalon.Lab.ScalarLogs;
using Etalon.Lab.Training;

namespace Etalon.Workbench.Commands;

/// <summary>Another display, with the run's metrics written for TensorBoard beside it.</summary>
internal sealed class EventsDisplay(ITrainingObserver shown, RunEvents events) : ITrainingObserver
{
    /// <summary>The time, as events have it.</summary>
    public static double UnixTime() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0;

    public void Updated(in UpdateReport report)
    {
        events.CatchUp();
        shown.Updated(report);
    }

    public void Evaluated(in EvaluationReport report)
    {
        events.CatchUp();
        shown.Evaluated(report);
    }

    public void AtRest() => shown.AtRest();
}
