using Etalon.Lab.Models;
using Etalon.Schedules;

namespace Etalon.Lab.Optimizers;

/// <summary>Schedules for a class of parameters; what is null follows the recipe's own.</summary>
public sealed record GroupSpec
{
    /// <summary>The parameters.</summary>
    public required ParameterClass Parameters { get; init; }

    /// <summary>Their learning rate.</summary>
    public Schedule? LearningRate { get; init; }

    /// <summary>Their weight decay.</summary>
    public Schedule? WeightDecay { get; init; }

    /// <summary>Their momentum.</summary>
    public Schedule? Momentum { get; init; }
}
