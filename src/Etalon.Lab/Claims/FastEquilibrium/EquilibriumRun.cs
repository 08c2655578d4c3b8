using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;

namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>One run of an arm: its start, its history, the shared updates, and the probes on the way. On one thread.</summary>
internal sealed class EquilibriumRun : IDisposable
{
    private static readonly ModelSpec Layers =
        new() { Kind = ModelKind.Mlp, Hidden = [48, 48], Affine = false, Head = HeadMode.Frozen, Epsilon = 0 };

    private readonly FastEquilibriumExperiment _experiment;
    private readonly EquilibriumTask _task;
    private readonly EquilibriumArm _arm;
    private readonly double _intrinsicRate;
    private readonly int _seed;
    private readonly Workers _workers = new(1);
    private readonly Network<float> _network;
    private readonly Sgd<float> _optimizer;
    private readonly float[] _inputs;
    private readonly int[] _labels;

    public EquilibriumRun(FastEquilibriumExperiment experiment, EquilibriumTask task, double intrinsicRate, EquilibriumArm arm, int seed)
    {
        (_experiment, _task, _intrinsicRate, _arm, _seed) = (experiment, task, intrinsicRate, arm, seed);
        (_inputs, _labels) = (new float[experiment.Batch * EquilibriumTask.Dimensions], new int[experiment.Batch]);
        _network = Model.Build<float>(
            Layers, new ImageSize(1, 1, EquilibriumTask.Dimensions), EquilibriumTask.Classes, new SoftmaxCrossEntropy(),
            Math.Max(experiment.Batch, EquilibriumTask.TestCount), _workers);
        // The fixed last layer is the same for all arms; the weights that are trained are the arm's own.
        _network.Initialize(experiment.Seed);
        foreach (var tensor in _network.Parameters.Tensors) Begin(tensor.Name, tensor.Span);
        _optimizer = new Sgd<float>(_network.Parameters, _network.Gradients, new SgdOptions());
    }

    /// <summary>Trains to the last of the experiment's mixing units.</summary>
    public SeedOutcome Train(CancellationToken cancellation)
    {
        var batches = new CounterStream(_experiment.Seed, $"equilibrium/batches/{_arm.Name}/{_intrinsicRate:R}", (ulong)_seed);
        for (int step = 0; step < _arm.HistorySteps; step++)
            Update(ref batches, new(_arm.HistoryRate, _arm.HistoryDecay, _experiment.Momentum), cancellation);

        var (units, numbers) =
            (_experiment.MixingUnits, new Hyperparameters(_experiment.Rate, _intrinsicRate / _experiment.Rate, _experiment.Momentum));
        var outcome =
            new SeedOutcome(new byte[units.Count][], new double[units.Count], new double[units.Count], _network.Parameters.Span.ToArray());
        long done = 0;
        for (int look = 0; look < units.Count; look++)
        {
            for (long end = _experiment.StepAt(units[look], _intrinsicRate); done < end; done++) Update(ref batches, numbers, cancellation);
            outcome.Norms[look] = Norm(_network.Parameters.Span);
            outcome.Predictions[look] = Predictions();
            outcome.ProbeErrors[look] = _seed < _experiment.ProbedSeeds ? Probe(look, cancellation) : double.NaN;
        }
        double norm = Norm(_network.Parameters.Span);
        for (int i = 0; i < outcome.Direction.Length; i++) outcome.Direction[i] = (float)(_network.Parameters.Span[i] / norm);
        return outcome;
    }

    private void Begin(string tensor, Span<float> weights)
    {
        var stream = new CounterStream(_experiment.Seed, $"equilibrium/start/{_arm.Name}/{tensor}");
        foreach (ref float weight in weights) weight = (float)stream.NextNormal();
        double norm = Norm(weights);
        foreach (ref float weight in weights) weight = (float)(weight * _arm.InitialNorm / norm);
    }

    private void Update(ref CounterStream batches, Hyperparameters numbers, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        for (int i = 0; i < _labels.Length; i++)
        {
            int example = (int)batches.NextBelow(EquilibriumTask.TrainingCount);
            _labels[i] = _task.TrainingLabels[example];
            _task.Training.AsSpan(example * EquilibriumTask.Dimensions, EquilibriumTask.Dimensions)
                .CopyTo(_inputs.AsSpan(i * EquilibriumTask.Dimensions));
        }
        _network.Forward(_inputs, _labels, isTraining: true);
        _network.Backward();
        _optimizer.Update([numbers], _workers);
    }

    // Normalized by the statistics of the test inputs themselves, so that predictions are a function of the weights alone.
    private byte[] Predictions()
    {
        _network.Forward(_task.Test, _task.TestLabels, isTraining: true);
        var predictions = new byte[EquilibriumTask.TestCount];
        for (int i = 0; i < predictions.Length; i++)
        {
            var outputs = _network.OutputsOf(i);
            for (int c = 1; c < outputs.Length; c++)
                if (outputs[c] > outputs[predictions[i]]) predictions[i] = (byte)c;
        }
        return predictions;
    }

    // What this place is worth once the rate falls: a tenth of it, no decay; then back as if nothing had happened.
    private double Probe(int look, CancellationToken cancellation)
    {
        float[] weights = _network.Parameters.Span.ToArray(), buffer = _optimizer.Velocity.Span.ToArray();
        var batches = new CounterStream(_experiment.Seed, $"equilibrium/probe/{_arm.Name}/{_intrinsicRate:R}", (ulong)_seed, (uint)look);
        for (int step = 0; step < _experiment.ProbeSteps; step++)
            Update(ref batches, new(_experiment.Rate / 10, 0, _experiment.Momentum), cancellation);
        var result = _network.Forward(_task.Test, _task.TestLabels, isTraining: true);
        weights.CopyTo(_network.Parameters.Span);
        buffer.CopyTo(_optimizer.Velocity.Span);
        return 1 - result.Accuracy;
    }

    private static double Norm(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (float weight in weights) sum += (double)weight * weight;
        return Math.Sqrt(sum);
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
        _workers.Dispose();
    }
}
