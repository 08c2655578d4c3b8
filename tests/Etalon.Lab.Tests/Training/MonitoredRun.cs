using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

/// <summary>A run on the digits that is measured at every update, and what was measured.</summary>
internal sealed class MonitoredRun : ITrainingObserver
{
    private readonly Dictionary<string, List<GroupReading>> _readings = [];

    private MonitoredRun(Recipe recipe) => Recipe = recipe;

    public Recipe Recipe { get; }

    public IReadOnlyCollection<string> Groups => _readings.Keys;

    /// <summary>The readings of a group, one an update.</summary>
    public IReadOnlyList<GroupReading> this[string group] => _readings[group];

    public IEnumerable<GroupReading> All => _readings.Values.SelectMany(readings => readings);

    public static MonitoredRun Of(string text, params string[] overrides)
    {
        var recipe = RecipeReader.Read(text, overrides: ["log.monitors=1ba", .. overrides]).Recipe;
        var run = new MonitoredRun(recipe);
        if (recipe.Precision == Precision.Float64) run.Train<double>();
        else run.Train<float>();
        return run;
    }

    private void Train<T>() where T : unmanaged, IFloatingPointIeee754<T>
    {
        using var trainer = new Trainer<T>(Recipe, DataCatalog.Load("digits"), threads: 1);
        trainer.Run(this, TestContext.Current.CancellationToken);
    }

    public void Updated(in UpdateReport report)
    {
        var reading = report.Monitors!;
        for (int group = 0; group < reading.Groups.Count; group++)
        {
            if (!_readings.TryGetValue(reading.Groups[group], out var list)) _readings[reading.Groups[group]] = list = [];
            list.Add(reading[group]);
        }
    }

    public void Evaluated(in EvaluationReport report) { }
}
