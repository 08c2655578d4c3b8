using System.Numerics;
using Etalon.Engine;
using Etalon.Engine.Monitors;
using Etalon.Engine.Optimizers;
using Etalon.Engine.Parallel;
using Etalon.Engine.Symmetry;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Training;

/// <summary>The monitors of a run's scale-invariant weights. They read only: a run with them trains to the same bits as one without.</summary>
internal sealed class TrainingMonitors<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Sgd<T> _optimizer;
    private readonly Workers _workers;
    private readonly UpdateMonitor<T> _updates;
    private readonly GradientPair<T>? _pair;
    private readonly LogSpec _log;
    private readonly long _last;
    private readonly MonitorReading _reading;
    private readonly double[] _expected;

    /// <summary>Monitors of some groups of tensors.</summary>
    /// <param name="network">The network that is trained.</param>
    /// <param name="optimizer">What updates it.</param>
    /// <param name="groups">The names of its scale-invariant weights, group by group.</param>
    /// <param name="log">How often to measure.</param>
    /// <param name="totalSteps">Updates of the run.</param>
    /// <param name="workers">Who computes.</param>
    public TrainingMonitors(Network<T> network, Sgd<T> optimizer, IReadOnlyList<IReadOnlyList<string>> groups, LogSpec log, long totalSteps, Workers workers)
    {
        (_optimizer, _log, _last, _workers) = (optimizer, log, totalSteps - 1, workers);
        _updates = new UpdateMonitor<T>(network.Parameters, network.Gradients, optimizer.Velocity, groups);
        _pair = log.NoiseSteps is null ? null : new GradientPair<T>(network, groups);
        _reading = new MonitorReading(groups);
        _expected = new double[_reading.Groups.Count];
    }

    /// <summary>The smallest scale-invariant groups of a network, by the names of their tensors; none where the recipe wants no monitors.</summary>
    public static IReadOnlyList<IReadOnlyList<string>> Covered(Network<T> network, LogSpec log) => log is { MonitorSteps: null, NoiseSteps: null }
        ? []
        : InvariantGroups.Of(network, [.. network.Parameters.Tensors.Select(tensor => tensor.Name).Where(name => ParameterGroups.IsIn(ParameterClass.ScaleInvariant, name))]);

    /// <summary>Whether update <paramref name="step"/> is measured: the first and the last are in any case.</summary>
    public bool IsDue(long step) => IsNoiseDue(step) || (_log.MonitorSteps is { } every && (step == 0 || step == _last || (step + 1) % every == 0));

    /// <summary>Whether the noise is measured at update <paramref name="step"/>.</summary>
    public bool IsNoiseDue(long step) => _log.NoiseSteps is { } every && (step + 1) % every == 0;

    /// <summary>Where <see cref="IsNoiseDue"/>, before the step's own passes: takes the gradient of a second batch.</summary>
    public void TakeSecond(ReadOnlySpan<T> images, ReadOnlySpan<int> labels) => _pair!.TakeOther(images, labels);

    /// <summary>Where <see cref="IsDue"/>, when the step's gradients are there.</summary>
    /// <param name="step">The update.</param>
    /// <param name="numbers">With which the stored weights make it.</param>
    public void BeforeUpdate(long step, in SgdNumbers numbers)
    {
        _reading.HasNoise = IsNoiseDue(step);
        if (_reading.HasNoise) _pair!.Compare(_workers);
        _updates.Before(_workers);
        for (int group = 0; group < _expected.Length; group++) _expected[group] = _optimizer.NextSquare(numbers, _updates[group]);
    }

    /// <summary>Where <see cref="IsDue"/>, right after the update.</summary>
    /// <param name="numbers">Those of the recipe.</param>
    /// <param name="scale">How many times as large as the recipe's own the stored weights are.</param>
    /// <param name="bufferScale">How many times as large as the recipe's own the stored buffer is, besides 1 / <paramref name="scale"/>.</param>
    public MonitorReading AfterUpdate(in SgdNumbers numbers, double scale, double bufferScale)
    {
        _updates.After(_workers);
        for (int group = 0; group < _expected.Length; group++)
        {
            var products = _updates[group];
            double square = products.WeightSquare / (scale * scale);
            _reading[group] = new GroupReading
            {
                Norm = Math.Sqrt(square),
                GradientSquare = products.GradientSquare * scale * scale,
                Dot = products.GradientWeight,
                Angle = products.Angle,
                BufferDot = products.BufferGradient * scale * scale / bufferScale,
                EffectiveRate = _optimizer.EffectiveRate(numbers, square),
                Residual = products.NextSquare / _expected[group] - 1,
                Noise = _reading.HasNoise ? _pair!.Noise(group) * scale * scale : double.NaN,
                Signal = _reading.HasNoise ? _pair!.Signal(group) * scale * scale : double.NaN,
            };
        }
        return _reading;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _updates.Dispose();
        _pair?.Dispose();
    }
}
