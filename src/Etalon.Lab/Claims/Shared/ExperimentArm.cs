using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.Shared;

/// <summary>One setting of an experiment, run for each seed.</summary>
/// <param name="Name">Its name in the folders of its runs.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Recipe">Its recipe; each run has a name and a seed of its own.</param>
internal sealed record ExperimentArm(string Name, string Title, Recipe Recipe)
{
    /// <summary>Figures to compare with; none by default.</summary>
    public IReadOnlyList<ReferencePoint> Reference { get; init; } = [];
}

/// <summary>A figure that was measured before and elsewhere, to compare with.</summary>
/// <param name="Metric">The metric's name in a run's metrics.</param>
/// <param name="Epoch">After which epoch.</param>
/// <param name="Value">The figure.</param>
/// <param name="Deviation">Its standard deviation over seeds; null where it was not noted.</param>
/// <param name="Rounding">Half a unit of the figure's last digit.</param>
internal sealed record ReferencePoint(string Metric, int Epoch, double Value, double? Deviation = null, double Rounding = 0.0005)
{
    /// <summary>
    /// How many standard deviations of a single run a measured mean is away, less the figure's rounding. The deviation is that of both
    /// sides pooled, or the measured one where the figure has none.
    /// </summary>
    /// <param name="measured">The sample; at least two seeds.</param>
    public double DistanceTo(SeedSample measured)
    {
        ArgumentNullException.ThrowIfNull(measured);
        double difference = Math.Max(0, Math.Abs(measured.Mean - Value) - Rounding);
        double deviation = Deviation is { } own ? Math.Sqrt((own * own + measured.Deviation * measured.Deviation) / 2) : measured.Deviation;
        return difference == 0 ? 0 : difference / deviation;
    }
}
