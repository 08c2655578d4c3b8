using System.Numerics;
using Etalon.Lab.Conversions;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Verifications;

/// <summary>
/// A recipe, its equivalent, a control and the recipe from starts changed in their last digits, trained on the same batches. The control
/// takes the equivalent's decay and keeps the recipe's rates; if it ends where the recipe does, the test has no power.
/// </summary>
internal sealed class SideBySide<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly ComparedRun<T> _own, _converted, _control;
    private readonly List<ComparedRun<T>> _perturbed = [];
    private readonly Func<int, ComparedRun<T>> _perturb;
    private readonly List<(long Updates, double[] Outputs, double LogNorm)> _looks = [];
    private readonly ParameterGroups _groups;
    private readonly Batch<T> _probe;

    public SideBySide(RecipeConversion conversion, DataSet data, int threads, double perturbation)
    {
        _groups = new ParameterGroups(conversion.Target);
        _own = new ComparedRun<T>(conversion.Source, data, threads);
        _converted = new ComparedRun<T>(conversion.Target, data, threads);
        _control = new ComparedRun<T>(Control(conversion), data, threads);
        _perturb = draw => new ComparedRun<T>(conversion.Source, data, threads, perturbation, draw);
        _perturbed.Add(_perturb(0));
        _probe = new Batch<T>(_own.Trainer.TestBatches);
        _probe.Read(_own.Trainer.TestBatches, epoch: 0, index: 0);
    }

    /// <summary>Trains so many updates.</summary>
    /// <param name="updates">How many.</param>
    /// <param name="every">After how many to compare.</param>
    /// <param name="compared">Hears of each comparison.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    /// <exception cref="DivergedException">The recipe's own run diverged.</exception>
    public void Train(long updates, long every, Action<Comparison> compared, CancellationToken cancellation)
    {
        using var batches = new BatchPrefetcher<T>(_own.Trainer.TrainingBatches);
        for (long done = 1; done <= updates; done++)
        {
            cancellation.ThrowIfCancellationRequested();
            var batch = batches.Next();
            foreach (var run in (ComparedRun<T>[])[_own, _converted, _control, _perturbed[0]]) run.Update(batch);
            if (_own.Divergence is { } divergence) throw divergence;
            if (done % every == 0 || done == updates) compared(Compare(done));
        }
    }

    /// <summary>Trains the recipe from further changed starts as far as all was trained.</summary>
    /// <param name="starts">How many there are then.</param>
    /// <param name="cancellation">Ends it after the update at work.</param>
    /// <returns>Of each comparison by how much outputs and norm differ from the recipe's own run, of those that differ most.</returns>
    public IReadOnlyList<(double Outputs, double Norm)> Perturb(int starts, CancellationToken cancellation)
    {
        ComparedRun<T>[] added = [.. Enumerable.Range(_perturbed.Count, starts - _perturbed.Count).Select(_perturb)];
        _perturbed.AddRange(added);
        using var batches = new BatchPrefetcher<T>(_own.Trainer.TrainingBatches);
        var (furthest, done) = (new List<(double, double)>(), 0L);
        foreach (var (updates, outputs, logNorm) in _looks)
        {
            for (; done < updates; done++)
            {
                cancellation.ThrowIfCancellationRequested();
                var batch = batches.Next();
                foreach (var run in added) run.Update(batch);
            }
            furthest.Add((added.Max(run => Distance(outputs, run)), added.Max(run => Math.Abs(NormOf(run, logNorm)))));
        }
        return furthest;
    }

    public LossStatistics Losses() =>
        LossStatistics.Of(_own.Losses, _converted.Losses, _control.Losses, [.. _perturbed.Select(run => run.Losses)]);

    private Comparison Compare(long updates)
    {
        double[] outputs = _own.Outputs(_probe);
        if (!outputs.All(double.IsFinite))
            throw DivergedException.OfEvaluation(updates - 1, _own.Trainer.Network.FirstNonFiniteLayer()?.Name);
        var (direction, logNorm) = _own.Weights(_groups);
        _looks.Add((updates, outputs, logNorm));
        var (convertedDirection, convertedLogNorm) = _converted.Weights(_groups);
        return new Comparison(
            updates,
            Distance(outputs, _converted),
            Math.Sqrt(direction.Zip(convertedDirection, (a, b) => (a - b) * (a - b)).Sum()),
            _converted.Divergence is null ? Math.Abs(_converted.Losses[^1] / _own.Losses[^1] - 1) : double.PositiveInfinity,
            Elementary.Exp(convertedLogNorm - logNorm) - 1,
            Distance(outputs, _control),
            NormOf(_control, logNorm),
            Distance(outputs, _perturbed[0]),
            NormOf(_perturbed[0], logNorm));
    }

    private double NormOf(ComparedRun<T> run, double logNorm) => Elementary.Exp(run.Weights(_groups).LogNorm - logNorm) - 1;

    private double Distance(double[] outputs, ComparedRun<T> other)
    {
        if (other.Divergence is not null) return double.PositiveInfinity;
        double difference = outputs.Zip(other.Outputs(_probe), (a, b) => Math.Abs(a - b)).Max();
        return double.IsNaN(difference) ? double.PositiveInfinity : difference / outputs.Max(Math.Abs);
    }

    // Every form's own choice of a decay is a constant one.
    private static Recipe Control(RecipeConversion conversion)
    {
        var decay = conversion.Target.Equivalent!.WeightDecay ?? new Constant(conversion.Conversion.Target[0].WeightDecay);
        var (source, optimizer) = (conversion.Source, conversion.Source.Optimizer);
        var group = new GroupSpec { Parameters = ParameterClass.ScaleInvariant, WeightDecay = decay };
        return source with { Optimizer = optimizer with { Groups = optimizer.Groups.Add(group) } };
    }

    public void Dispose()
    {
        foreach (var run in (ComparedRun<T>[])[_own, _converted, _control, .. _perturbed]) run.Dispose();
    }
}
