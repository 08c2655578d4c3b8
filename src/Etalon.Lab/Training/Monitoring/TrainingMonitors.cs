using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Training;

/// <summary>
/// The monitors of a run's scale-invariant weights. They read only: a run with them trains to the same bits as one without.
/// </summary>
internal sealed class TrainingMonitors<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly Optimizer<T> _optimizer;
    private readonly int _group;
    private readonly Workers _workers;
    private readonly UpdateMonitor<T> _updates;
    private readonly GradientPair<T>? _pair;
    private readonly SecondBatches<T>? _second;
    private readonly LogSpec _log;
    private readonly long _last;
    private readonly MonitorReading _reading;
    private readonly double?[] _expected;
    private readonly bool _hasDirection;
    private readonly int[][] _tensors;
    private readonly long[] _lengths;
    private bool _measures, _hasNoise;

    /// <summary>Monitors of some groups of tensors.</summary>
    /// <param name="network">The network that is trained.</param>
    /// <param name="optimizer">What updates it.</param>
    /// <param name="groups">The names of its scale-invariant weights, group by group.</param>
    /// <param name="parameterGroup">The parameter group whose numbers they all have.</param>
    /// <param name="log">How often to measure.</param>
    /// <param name="totalSteps">Updates of the run.</param>
    /// <param name="workers">Who computes.</param>
    /// <param name="second">The second batches of <see cref="BeforePasses"/>; null where the noise is not measured.</param>
    /// <param name="hasDirection">Whether the rule is w' = (1 - eta lambda) w - eta U with a U whose law is known.</param>
    public TrainingMonitors(
        Network<T> network, Optimizer<T> optimizer, IReadOnlyList<IReadOnlyList<string>> groups, int parameterGroup, LogSpec log,
        long totalSteps, Workers workers,
        SecondBatches<T>? second = null, bool hasDirection = false)
    {
        _hasDirection = hasDirection;
        (_network, _optimizer, _group, _log, _last, _workers, _second) =
            (network, optimizer, parameterGroup, log, totalSteps - 1, workers, second);
        _updates = new UpdateMonitor<T>(network.Parameters, network.Gradients, optimizer.Buffer, groups);
        _pair = log.NoiseSteps is null ? null : new GradientPair<T>(network, groups);
        _reading = new MonitorReading(groups);
        string[] names = [.. network.Parameters.Tensors.Select(tensor => tensor.Name)];
        _tensors = [.. groups.Append([.. groups.SelectMany(group => group)])
            .Select(group => group.Select(name => Array.IndexOf(names, name)).ToArray())];
        _lengths = [.. network.Parameters.Tensors.Select(tensor => tensor.Length)];
        _expected = new double?[_reading.Groups.Count];
    }

    /// <summary>
    /// The groups of a network that are measured, by the names of their tensors; none where the recipe wants no monitors.
    /// </summary>
    public static IReadOnlyList<IReadOnlyList<string>> Covered(ParameterClasses classes, LogSpec log) =>
        log is { MonitorSteps: null, NoiseSteps: null } ? [] : classes.Groups;

    /// <summary>
    /// Before the passes of update <paramref name="step"/>: takes the gradient of a second batch in updates whose noise is measured.
    /// </summary>
    public void BeforePasses(long step)
    {
        if (!MeasuresNoise(step)) return;
        var batch = _second!.At(step);
        TakeSecond(batch.Pixels, batch.Labels);
    }

    /// <summary>Takes the gradient of a batch as that of the second one.</summary>
    public void TakeSecond(ReadOnlySpan<T> images, ReadOnlySpan<int> labels) => _pair!.TakeOther(images, labels);

    /// <summary>When the step's gradients are there.</summary>
    /// <param name="step">The update.</param>
    /// <param name="numbers">With which the stored weights make it, group by group.</param>
    public void BeforeUpdate(long step, ReadOnlySpan<Hyperparameters> numbers)
    {
        (_measures, _hasNoise) = (Measures(step), MeasuresNoise(step));
        if (!_measures) return;
        if (_hasNoise) _pair!.Compare(_workers);
        _updates.Before(_workers);
        for (int group = 0; group < _expected.Length; group++) _expected[group] = _optimizer.NextSquare(numbers[_group], _updates[group]);
    }

    /// <summary>Right after the update.</summary>
    /// <param name="numbers">With which the stored weights made it, group by group.</param>
    /// <param name="equivalent">The group whose stored weights are others than the recipe's own; group 0 has the recipe's numbers
    /// then.</param>
    /// <returns>What was measured; null where nothing was measured.</returns>
    public MonitorReading? AfterUpdate(ReadOnlySpan<Hyperparameters> numbers, EquivalentGroup<T>? equivalent)
    {
        if (!_measures) return null;
        _updates.After(_workers);
        // The stored weights are scale times the recipe's own, the stored buffer bufferScale / scale times, but for a share of the weights.
        double scale = _network.ActivationScale, bufferScale = equivalent?.BufferScale ?? 1, ownRate = equivalent?.OwnRate() ?? 1;
        double growth = equivalent?.Growth ?? 1;
        var own = numbers[equivalent is null ? _group : 0];
        for (int group = 0; group < _expected.Length; group++)
        {
            var products = _updates[group];
            double square = products.WeightSquare / (scale * scale);
            bool isKnown = _hasDirection && own.Rate > 0;
            var (updateSquare, updateDot) = Direction(products, own.Rate * own.WeightDecay, scale, growth);
            _reading[group] = new GroupReading
            {
                Norm = Math.Sqrt(square),
                GradientSquare = products.GradientSquare * scale * scale,
                Dot = products.GradientWeight,
                Angle = products.Angle,
                BufferDot = _optimizer.Buffer is null ? null : products.BufferGradient * scale * scale / bufferScale,
                BufferWeight =
                    _optimizer.Buffer is null ? null : products.BufferWeight / bufferScale + (equivalent?.BufferShare ?? 0) * square,
                UpdateSquare = isKnown ? updateSquare / (own.Rate * own.Rate) : null,
                UpdateDot = isKnown ? updateDot / own.Rate : null,
                EffectiveRate = MeanRate(_tensors[group], own) * ownRate / square,
                Residual = products.NextSquare / _expected[group] - 1,
                Noise = _hasNoise ? _pair!.Noise(group) * scale * scale : null,
                Signal = _hasNoise ? _pair!.Signal(group) * scale * scale : null,
            };
        }
        return _reading;
    }

    // |eta U|^2 and eta U.w of the recipe's own run, whose weights are the stored ones over P before the update and over P' after it:
    // eta U = (1 - eta lambda) w - w' = (k w~ - (w~' - w~) P/P')/P with k = 1 - eta lambda - P/P'.
    private static (double Square, double Dot) Direction(in UpdateProducts products, double units, double scale, double growth)
    {
        double kept = 1 - units - 1 / growth, change = products.ChangeWeight / growth, square = scale * scale;
        double lost = kept * products.WeightSquare - change;
        return (Math.Max(0, products.ChangeSquare / (growth * growth) + kept * (lost - change)) / square, lost / square);
    }

    // The first update and the last are measured in any case.
    private bool Measures(long step) =>
        MeasuresNoise(step) || (_log.MonitorSteps is { } every && (step == 0 || step == _last || (step + 1) % every == 0));

    private bool MeasuresNoise(long step) => _log.NoiseSteps is { } every && (step + 1) % every == 0;

    private double MeanRate(int[] tensors, in Hyperparameters numbers)
    {
        double sum = 0;
        long length = 0;
        foreach (int tensor in tensors)
        {
            sum += _lengths[tensor] * _optimizer.TotalRateOf(tensor, numbers);
            length += _lengths[tensor];
        }
        return sum / length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _updates.Dispose();
        _pair?.Dispose();
    }
}
