using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>A quantity of a group of parameters over a run.</summary>
/// <param name="Group">The group.</param>
/// <param name="Quantity">learning rate, weight decay, momentum or look-ahead.</param>
/// <param name="Name">What it is called in tables: the quantity, with the group where the recipe has several.</param>
/// <param name="Schedule">Its values.</param>
public sealed record PlannedQuantity(ScheduleGroup Group, string Quantity, string Name, Schedule Schedule)
{
    /// <summary>The names of quantities.</summary>
    internal const string LearningRate = "learning rate", WeightDecay = "weight decay", Momentum = "momentum", LookAhead = "look-ahead";

    /// <summary>Largest logarithm of a value that float64 holds with room to draw it.</summary>
    internal const double LargestLog = 690;
}
