using Etalon.Lab.Claims.Shared;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Forecasts;

/// <summary>The law of AdamW's norm through a schedule, on a network whose batches are never seen again.</summary>
public sealed class AdamWNormTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    [Trait("speed", "slow")]
    public void The_norms_of_a_perceptron_are_within_a_tenth_of_the_law_through_warm_up_and_cosine()
    {
        const int Updates = 3_000, Warmup = 150, Block = FreshExperiment.Block;
        const double Rate = 0.004, Decay = 0.5;
        var rate = new Sequence(new Linear(Rate / Warmup, Rate, Warmup), new Cosine(Rate, 0, Updates - Warmup));
        var arm = new FreshArm("cosine", "cosine", rate, new Constant(Decay));
        var tracks = new FreshExperiment([arm], Updates) { Seeds = 3 }.Run(new()
        {
            Folder = _folder.Path,
            Threads = 2,
            Report = _ => { },
            Cancellation = TestContext.Current.CancellationToken,
        })[0];
        var table = new AdamTable(Enumerable.Range(0, Updates).Select(step =>
            new AdamRow(Elementary.Log(rate.ValueAt(step)), Decay, FreshArm.Beta1, FreshArm.Beta2, 1e-8)));
        var errors = tracks.SelectMany(track => track.Layers).SelectMany(layer =>
        {
            var curve = DirectionCurve.OfAdamW(table, layer.Weights, layer.StartNorm);
            return layer.Norms.Select((norm, block) => Math.Sqrt(Enumerable.Range(block * Block, Block)
                .Average(step => curve.NormAt(step) * curve.NormAt(step))) / norm - 1);
        }).ToList();
        double mean = Math.Sqrt(errors.Average(error => error * error));
        TestContext.Current.SendDiagnosticMessage($"r.m.s. {mean:F4}, largest {errors.Max(Math.Abs):F4}");
        Assert.InRange(mean, 0, 0.1);
    }
}
