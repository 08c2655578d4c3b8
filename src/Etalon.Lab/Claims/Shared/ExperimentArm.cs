namespace Etalon.Lab.Claims.Shared;

/// <summary>One setting of an experiment, run for each seed.</summary>
/// <param name="Name">Its name in the folders of its runs.</param>
/// <param name="Title">What it is, in a table.</param>
/// <param name="Overrides">What its recipe has instead of the experiment's.</param>
public sealed record ExperimentArm(string Name, string Title, IReadOnlyList<string> Overrides)
{
    /// <summary>Figures to compare with; none by default.</summary>
    public IReadOnlyList<ReferencePoint> Reference { get; init; } = [];
}
