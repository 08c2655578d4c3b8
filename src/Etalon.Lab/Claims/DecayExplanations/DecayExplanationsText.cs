using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.DecayExplanations;

/// <summary>A <see cref="DecayExplanationsReport"/> as Markdown and as a chart.</summary>
public static class DecayExplanationsText
{
    /// <summary>The leading eigenvalues on the full batch.</summary>
    public static IEnumerable<string> Curvatures(DecayExplanationsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return "| full batch | after update | rate | λ | 2/λ | residual |";
        yield return "|---|---:|---:|---:|---:|---:|";
        foreach (var reading in report.Curvatures)
            yield return $"| {reading.Arm.Title["full batch, ".Length..]} | {reading.Step} | {reading.Rate:G3} | {reading.Hessian.Eigenvalue:G3} | {reading.Hessian.LargestStableRate:G3} | {reading.Hessian.Residual:F2} |";
    }

    /// <summary>J by the epoch of the first decay, and for a rate that stays.</summary>
    public static IEnumerable<string> Gains(DecayExplanationsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return "| small batches | J, training loss | J, test accuracy | J, simple | J, complex |";
        yield return "|---|---|---|---|---|";
        for (int i = 0; i < DecayExplanationsExperiment.FirstDecays.Length; i++) yield return Gains(report.Stochastic[i], DecayExplanationsExperiment.FirstDecays[i]);
        yield return Gains(report.Stochastic[^2], 20);
    }

    /// <summary>The training loss on the full batch, update by update.</summary>
    public static Chart Chart(DecayExplanationsReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var lines = report.Gradient.Select((arm, color) =>
        {
            var (epochs, means) = arm.MeanCurve(RunMetrics.TrainLoss);
            return new ChartLine(arm.Arm.Title, epochs, means) { Color = color };
        });
        return new Chart("Gradient descent on the full batch: no fall where the rate decays", "update", [new ChartPanel("training loss", [.. lines]) { Height = 300 }])
        {
            Legend = [.. report.Gradient.Select(arm => arm.Arm.Title["full batch, ".Length..])],
        };
    }

    private static string Gains(ArmResult arm, int epoch)
    {
        string[] metrics = [RunMetrics.FitLoss, RunMetrics.TestAccuracy, RunMetrics.Simple, RunMetrics.Complex];
        return $"| {arm.Arm.Title["batches of 32, ".Length..]} (after epoch {epoch} against before) | {string.Join(" | ", metrics.Select(metric => arm.Gain(metric, epoch)))} |";
    }
}
