using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Curvature;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>What <see cref="DecayExplanationsExperiment"/> found, as tables and a picture.</summary>
internal sealed record DecayExplanationsReport
{
    /// <summary>The arms on the full batch.</summary>
    public required IReadOnlyList<ArmResult> Gradient { get; init; }

    /// <summary>The arms in small batches.</summary>
    public required IReadOnlyList<ArmResult> Stochastic { get; init; }

    /// <summary>Leading eigenvalues on the full batch, of the first seed.</summary>
    public required IReadOnlyList<CurvatureReading> Curvatures { get; init; }

    /// <summary>The leading eigenvalues on the full batch, as Markdown.</summary>
    public IEnumerable<string> CurvatureTable =>
    [
        "| full batch | after update | rate | λ | 2/λ | residual |",
        "|---|---:|---:|---:|---:|---:|",
        .. Curvatures.Select(reading =>
            $"| {reading.Arm.Title["full batch, ".Length..]} | {reading.Step} | {reading.Rate:G3} | {reading.Hessian.Eigenvalue:G3} | "
            + $"{reading.Hessian.LargestStableRate:G3} | {reading.Hessian.Residual:F2} |"),
    ];

    /// <summary>J by the epoch of the first decay, and for a rate that stays, as Markdown.</summary>
    public IEnumerable<string> GainTable =>
    [
        "| small batches | J, training loss | J, test accuracy | J, simple | J, complex |",
        "|---|---|---|---|---|",
        .. DecayExplanationsExperiment.FirstDecays.Select(
            epoch => Gains(ArmResult.Named(DecayExplanationsExperiment.SgdDecayed(epoch), Stochastic), epoch)),
        Gains(ArmResult.Named(DecayExplanationsExperiment.Sgd, Stochastic), 20),
    ];

    /// <summary>The training loss on the full batch, update by update.</summary>
    public Chart Picture
    {
        get
        {
            var lines = Gradient.Select((arm, color) =>
            {
                var (epochs, means) = arm.MeanCurve(RunMetrics.TrainLoss);
                return new ChartLine(arm.Arm.Title, epochs, means) { Color = color };
            });
            return new Chart("Gradient descent on the full batch: no fall where the rate decays", "update",
                [new ChartPanel("training loss", [.. lines]) { Height = 300 }])
            {
                Legend = [.. Gradient.Select(arm => arm.Arm.Title["full batch, ".Length..])],
            };
        }
    }

    /// <summary>The eigenvalues.</summary>
    public object Measurements =>
        Curvatures.Select(
            reading => new { reading.Arm.Name, reading.Step, reading.Rate, reading.Hessian.Eigenvalue, reading.Hessian.Residual });

    private static string Gains(ArmResult arm, int epoch)
    {
        string[] metrics = [RunMetrics.FitLoss, RunMetrics.TestAccuracy, RunMetrics.Simple, RunMetrics.Complex];
        return $"| {arm.Arm.Title["batches of 32, ".Length..]} (after epoch {epoch} against before) | "
            + $"{string.Join(" | ", metrics.Select(metric => arm.Gain(metric, epoch)))} |";
    }
}

/// <summary>The leading eigenvalue of the Hessian in a run.</summary>
/// <param name="Arm">The run's setting.</param>
/// <param name="Step">The updates done.</param>
/// <param name="Rate">The rate of the last of them.</param>
/// <param name="Hessian">The eigenvalue.</param>
internal sealed record CurvatureReading(ExperimentArm Arm, long Step, double Rate, HessianReading Hessian);
