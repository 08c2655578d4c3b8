namespace Etalon.Lab.Sweeps;

/// <summary>Many runs that answer one question: recipes, what changes between them, and the metric that judges them.</summary>
internal sealed record Sweep
{
    /// <summary>What it is called; the folder of its trials has this name.</summary>
    public required string Name { get; init; }

    /// <summary>The file that it was read from, or the words of the command that asks for it.</summary>
    public required string File { get; init; }

    /// <summary>The files of its recipes.</summary>
    public required IReadOnlyList<string> RecipeFiles { get; init; }

    /// <summary>The metric that judges a trial.</summary>
    public required SweepMetric Metric { get; init; }

    /// <summary>How configurations are stopped early; null where all train to their ends.</summary>
    public SweepHalving? Halving { get; init; }

    /// <summary>What it asks of Slurm where it is trained there.</summary>
    public SlurmSettings Slurm { get; init; } = new();

    /// <summary>What is tried, in the order of the file: the last key varies fastest.</summary>
    public required IReadOnlyList<SweepConfiguration> Configurations { get; init; }

    /// <summary>All trials, configuration by configuration.</summary>
    public IEnumerable<Trial> Trials => Configurations.SelectMany(configuration => configuration.Trials);
}
