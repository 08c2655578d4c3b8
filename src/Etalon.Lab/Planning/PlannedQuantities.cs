using Etalon.Lab.RunSpecs;
using Etalon.Lab.RunSpecs.Reading;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Every schedule of a recipe by its name: the three of the recipe, then those of parameter groups.</summary>
public static class PlannedQuantities
{
    /// <summary>The names and the schedules.</summary>
    public static IReadOnlyList<(string Name, Schedule Schedule)> Of(RunSpec spec)
    {
        var all = new List<(string, Schedule)>
        {
            ("learning rate", spec.LearningRate), ("weight decay", spec.WeightDecay), ("momentum", spec.Momentum),
        };
        foreach (var group in spec.Optimizer.Groups)
        {
            var name = Value.Word(group.Parameters);
            if (group.LearningRate is { } rate) all.Add(($"learning rate of {name}", rate));
            if (group.WeightDecay is { } decay) all.Add(($"weight decay of {name}", decay));
            if (group.Momentum is { } momentum) all.Add(($"momentum of {name}", momentum));
        }
        return all;
    }
}
