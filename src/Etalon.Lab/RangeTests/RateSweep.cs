using System.Numerics;
using Etalon.Lab.Data;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.RangeTests;

/// <summary>
/// Trains one of the recipes of <see cref="TestedRecipe"/>. The trainer is made here and ends here: nothing of it can come into any other
/// run.
/// </summary>
internal static class RateSweep<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Trains a rising rate until the loss has risen well above the first one.</summary>
    public static RateCurve Rise(Recipe recipe, DataSet data, CancellationToken cancellation)
    {
        int half = UsableRateRule.HalfWindow((int)recipe.TotalSteps);
        List<double> rates = [], losses = [], effective = [];
        bool isFinite = Train(recipe, data, (report, _) =>
        {
            rates.Add(report.Numbers.Rate);
            losses.Add(report.Batch.Loss);
            if (report.Monitors is { } monitors) effective.Add(WholeOf(monitors));
            return !UsableRateRule.HasRisen(losses, half);
        }, cancellation);
        var end =
            !isFinite ? RateTestEnd.NotFinite : UsableRateRule.HasRisen(losses, half) ? RateTestEnd.LossRose : RateTestEnd.LargestRate;
        return new RateCurve(recipe.Seed, rates, losses, effective.Count > 0 ? effective : null, half, end);
    }

    /// <summary>Trains with an optimizer that sets its own rate.</summary>
    /// <param name="name">The optimizer's name.</param>
    /// <param name="recipe">The recipe.</param>
    /// <param name="data">Its data.</param>
    /// <param name="rateOf">From what gradients are multiplied by in the end to the rate of the recipe's rule.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    public static AdaptiveRate Settle(string name, Recipe recipe, DataSet data, Func<double, double> rateOf, CancellationToken cancellation)
    {
        List<double> rates = [], effective = [];
        bool isFinite = Train(recipe, data, (report, trainer) =>
        {
            rates.Add(rateOf(MeanRate(trainer, report)));
            if (report.Monitors is { } monitors) effective.Add(WholeOf(monitors));
            return true;
        }, cancellation);
        if (!isFinite) return new AdaptiveRate(name, null, null, null);
        var settling = Settling.Of(rates);
        return new AdaptiveRate(name, settling.Value, effective.Count > 0 ? Settling.Of(effective).Value : null, settling.Drift);
    }

    // Whether all losses and gradients were finite.
    private static bool Train(Recipe recipe, DataSet data, Func<UpdateReport, Trainer<T>, bool> goOn, CancellationToken cancellation)
    {
        using var trainer = new Trainer<T>(recipe, data, threads: 1);
        using var batches = new BatchPrefetcher<T>(trainer.TrainingBatches);
        try
        {
            do cancellation.ThrowIfCancellationRequested();
            while (goOn(trainer.Update(batches.Next()), trainer) && trainer.Step < recipe.TotalSteps);
            return true;
        }
        catch (DivergedException)
        {
            return false;
        }
    }

    private static double MeanRate(Trainer<T> trainer, in UpdateReport report)
    {
        double sum = 0;
        long length = 0;
        var tensors = trainer.Network.Parameters.Tensors;
        for (int i = 0; i < tensors.Count; i++)
        {
            sum += tensors[i].Length * trainer.Optimizer.TotalRateOf(i, report.Numbers);
            length += tensors[i].Length;
        }
        return sum / length;
    }

    private static double WholeOf(MonitorReading reading) => reading[reading.Groups.Count - 1].EffectiveRate;
}
