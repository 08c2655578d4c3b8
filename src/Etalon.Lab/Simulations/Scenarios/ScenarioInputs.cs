namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>Which of <see cref="ScenarioOptions"/> a scenario takes, beside replicas and seed.</summary>
[Flags]
internal enum ScenarioInputs
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>Rate and weight decay.</summary>
    Rate = 1,

    /// <summary>The momentum of a heavy ball.</summary>
    Momentum = 2,

    /// <summary>Dampening, Nesterov's look-ahead and the form of decay.</summary>
    Rule = 4,

    /// <summary>The dimension of w.</summary>
    Dimension = 8,

    /// <summary>The number of updates.</summary>
    Steps = 16,

    /// <summary>What a rate is divided by.</summary>
    Factor = 32,

    /// <summary>The size of a batch.</summary>
    Batch = 64,
}
