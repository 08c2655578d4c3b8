using System.Text.Json.Nodes;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Tests.Claims;

/// <summary>Arms whose curves are made up, so that a judgment can be tested on both sides of each bound without training.</summary>
internal static class MadeUpArms
{
    /// <summary>An arm whose metrics are functions of epoch and seed.</summary>
    public static ArmResult Of(ExperimentArm arm, int seeds, int epochs, params (string Metric, Func<int, int, double> Value)[] metrics) =>
        new(
        arm,
        [
            .. Enumerable.Range(1, seeds).Select(seed => new RunSummary
            {
                Name = arm.Name,
                Path = arm.Name,
                Resolved = new JsonObject(),
                Result = new RunResult { Status = RunStatus.Done, Steps = epochs },
                Metrics =
                [
                    .. Enumerable.Range(1, epochs).Select(epoch => metrics.Select(metric => (metric.Metric, metric.Value(epoch, seed)))
                        .Append(("epoch", epoch)).ToDictionary(pair => pair.Item1, pair => pair.Item2)),
                ],
            }),
        ]);

    /// <summary>A little spread: the same numbers for the same epoch and seed, of mean 0 and deviation about 1.</summary>
    public static double Noise(int epoch, int seed, int salt = 0)
    {
        double turn = 12.9898 * epoch + 78.233 * seed + 37.719 * salt, part = 43758.5453 * Math.Sin(turn);
        return (part - Math.Floor(part) - 0.5) * Math.Sqrt(12);
    }
}
