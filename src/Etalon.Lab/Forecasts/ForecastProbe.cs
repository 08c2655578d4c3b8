using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Forecasts;

/// <summary>Measures S of a recipe's groups by a short training run that nobody keeps.</summary>
/// <remarks>
/// <para>
/// The first half is the run's own first updates. There S falls with the loss, by a factor of a hundred or so, and the last value would
/// overestimate what is left when the norm has settled. So the second half goes ahead in time: every 20 updates each group's weights are
/// multiplied to the norm that their present S would lead to under the numbers of the recipe's main phase, and the buffer divided. The
/// directions stay, and the effective rate is at once what the run would reach after a mixing unit or more. What S is in the last 40
/// updates is taken to be the S of equilibrium.
/// </para>
/// <para>Between the two S is taken to move geometrically for half a mixing unit. That is a model, and its error is that of the
/// forecast.</para>
/// </remarks>
internal sealed class ForecastProbe<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Between = 20, Last = 40;

    /// <summary>The mixing units in which the norm, and S with it, goes most of the way to equilibrium: exp(-4/2) of it is left.</summary>
    private const double SettlingUnits = 0.5;

    private readonly Trainer<T> _trainer;
    private readonly InvariantSchedule _schedule;
    private readonly IReadOnlyList<IReadOnlyList<string>> _tensors;
    private readonly SteadyUpdate _main;
    private readonly long _half, _end;
    private readonly List<double>[] _squares;
    private readonly double[] _norms, _startNorms;
    private IReadOnlyList<string> _names = [];

    private ForecastProbe(Trainer<T> trainer, InvariantSchedule schedule, long steps, LogSpec log)
    {
        (_trainer, _schedule, _end) = (trainer, schedule, steps);
        _tensors = TrainingMonitors<T>.Covered(trainer.Classes, log);
        _main = SteadyUpdate.At(schedule.Table, schedule.MainStep());
        _half = HalfOf(steps, schedule);
        _squares = [.. Enumerable.Range(0, _tensors.Count + 1).Select(_ => new List<double>())];
        (_norms, _startNorms) = (new double[_tensors.Count + 1], new double[_tensors.Count + 1]);
    }

    /// <summary>Trains so many updates and tells norms and S.</summary>
    /// <exception cref="InputException">Recipe and data do not fit, or no weight is scale-invariant.</exception>
    /// <exception cref="DivergedException">A loss was not finite.</exception>
    public static IReadOnlyList<GroupGradients> Measure(Recipe recipe, InvariantSchedule schedule, DataSet data, long steps, int threads)
    {
        steps = Math.Min(steps, recipe.TotalSteps);
        var probed = Probed(recipe, schedule, steps);
        using var trainer = new Trainer<T>(probed, data, threads);
        var probe = new ForecastProbe<T>(trainer, schedule, steps, probed.Log);
        if (probe._tensors.Count == 0 || recipe.Model!.Norm == NormKind.None)
            throw new InputException(
                "model.norm is none: no weight is scale-invariant, and only of those can norms be forecast; choose a normalization");
        probe.Run();
        return [.. probe._names.Select((name, group) => probe.Result(name, group))];
    }

    private static Recipe Probed(Recipe recipe, InvariantSchedule schedule, long steps)
    {
        var (main, half) = (schedule.MainStep(), HalfOf(steps, schedule));
        Schedule Of(Schedule schedule) =>
            new Table([.. Enumerable.Range(0, (int)steps).Select(step => schedule.ValueAt(step < half ? step : main))]);
        return recipe with
        {
            TotalSteps = steps,
            LearningRate = Of(recipe.LearningRate),
            WeightDecay = Of(recipe.WeightDecay),
            Momentum = Of(recipe.Momentum),
            Optimizer = recipe.Optimizer with
            {
                Groups = [.. recipe.Optimizer.Groups.Select(group => group with
                {
                    LearningRate = group.LearningRate is { } rate ? Of(rate) : null,
                    WeightDecay = group.WeightDecay is { } decay ? Of(decay) : null,
                    Momentum = group.Momentum is { } momentum ? Of(momentum) : null,
                })],
            },
            Equivalent = null,
            Log = recipe.Log with { MonitorSteps = 1, NoiseSteps = null },
        };
    }

    // Without an equilibrium there is nothing to go ahead to; and a probe must be long enough to see one.
    private static long HalfOf(long steps, InvariantSchedule schedule)
    {
        var main = SteadyUpdate.At(schedule.Table, schedule.MainStep());
        return main.HasEquilibrium && !main.Oscillates && steps >= 2 * (Between + Last) && steps < schedule.Table.Count ? steps / 2 : steps;
    }

    private void Run()
    {
        using var batches = new BatchPrefetcher<T>(_trainer.TrainingBatches);
        for (long step = 0; step < _end; step++)
        {
            if (step >= _half && step < _end - Last && (step - _half) % Between == 0) GoAhead();
            var report = _trainer.Update(batches.Next());
            Keep(report);
        }
    }

    private void Keep(in UpdateReport report)
    {
        var reading = report.Monitors!;
        long step = report.Step < _half ? report.Step : _schedule.MainStep();
        _names = reading.Groups;
        for (int group = 0; group < _squares.Length; group++)
        {
            _squares[group]
                .Add(_schedule.SquareOnSphere(step, reading[group].Norm, reading[group].GradientSquare, reading[group].BufferDot ?? 0));
            _norms[group] = reading[group].Norm;
            if (report.Step == 0) _startNorms[group] = reading[group].Norm;
        }
    }

    private void GoAhead()
    {
        var optimizer = (Sgd<T>)_trainer.Optimizer;
        for (int group = 0; group < _tensors.Count; group++)
        {
            double square = _squares[group].TakeLast(Between).Average();
            if (!(square > 0)) continue;
            double factor = Equilibrium.Of(_main, square).Norm / _norms[group];
            foreach (string name in _tensors[group]) optimizer.Transform(name, factor, [1 / factor]);
        }
    }

    private GroupGradients Result(string name, int group)
    {
        var squares = _squares[group];
        var times = Enumerable.Range(0, (int)_half).Select(step => _schedule.TimeAt(step)).ToList();
        var values = squares.Take((int)_half).ToList();
        // Times must ascend: while the rate of a warm-up is 0 nothing moves, and one value stands for all.
        for (int i = times.Count - 1; i > 0; i--)
        {
            if (times[i] > times[i - 1]) continue;
            times.RemoveAt(i);
            values.RemoveAt(i);
        }
        double end = _schedule.TimeAt(_half);
        if (end > times[^1])
        {
            times.Add(end);
            values.Add(squares.Take((int)_half).TakeLast(Between).Average());
        }
        if (_half < _end)
        {
            times.Add(times[^1] + SettlingUnits);
            values.Add(squares.TakeLast(Last).Average());
        }
        return new(name, _startNorms[group], new GradientCurve(times, values));
    }
}
