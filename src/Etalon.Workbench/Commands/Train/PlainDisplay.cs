using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Workbench.Commands;

/// <summary>Training as plain lines, one an evaluation: for logs.</summary>
internal sealed class PlainDisplay(TextWriter error, Recipe recipe) : ITrainingObserver
{
    private readonly EpochMeter _meter = new((double)recipe.TotalSteps / recipe.StepsPerEpoch);

    public void Updated(in UpdateReport report) => _meter.Add(report);

    public void Evaluated(in EvaluationReport report) => error.WriteLine(_meter.Line(report));
}
