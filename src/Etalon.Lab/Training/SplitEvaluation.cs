using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;

namespace Etalon.Lab.Training;

/// <summary>Evaluates a network on a split, image by image in the split's order, and by group of examples.</summary>
internal sealed class SplitEvaluation<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Network<T> _network;
    private readonly Communicator _ranks;
    private readonly Meter[] _meters;

    /// <param name="network">The network.</param>
    /// <param name="data">The data set, for the statistics that standardize.</param>
    /// <param name="split">A split of it.</param>
    /// <param name="batch">Images at a time.</param>
    /// <param name="ranks">The processes that share every batch.</param>
    public SplitEvaluation(Network<T> network, DataSet data, Split split, int batch, Communicator ranks)
    {
        (_network, Batches, _ranks) = (network, BatchSource<T>.InOrder(data, split, batch), ranks);
        Batches.Share = (ranks.Rank, ranks.Size);
        _meters = [.. split.Groups.SelectMany(group => Meters(group, split))];
    }

    /// <summary>The split.</summary>
    public BatchSource<T> Batches { get; }

    /// <summary>Evaluates, with running statistics.</summary>
    /// <param name="cancellation">An evaluation takes seconds; whoever cancels waits for a batch only.</param>
    public SplitResult Run(CancellationToken cancellation)
    {
        double loss = 0;
        int correct = 0;
        foreach (var meter in _meters) meter.Correct = 0;
        using var batches = new BatchPrefetcher<T>(Batches);
        for (int i = 0; i < Batches.BatchesPerEpoch; i++)
        {
            if (_ranks.Any(cancellation.IsCancellationRequested)) throw new OperationCanceledException(cancellation);
            var batch = batches.Next();
            var result = _network.Forward(batch.Pixels, batch.Labels, isTraining: false);
            loss += result.LossSum;
            correct += result.Correct;
            Count(i * Batches.BatchSize, batch.Count);
        }
        return new SplitResult(
            new LossResult(loss, correct, Batches.ExampleCount, Batches.LabelsPerImage),
            [.. _meters.Select(meter => new GroupAccuracy(meter.Name, meter.Correct, meter.Group.Count))]);
    }

    private void Count(int first, int images)
    {
        foreach (var meter in _meters)
            for (int image = 0; image < images; image++)
                if (meter.Group.Contains(first + image) && _network.PredictionOf(image) == meter.Labels[first + image]) meter.Correct++;
    }

    private static IEnumerable<Meter> Meters(ExampleGroup group, Split split)
    {
        byte[] labels = split.Labels.ToArray();
        if (group.Count == 0) return [];
        return group.Name == ExampleGroup.Corrupted
            ? [new Meter("memorized", group, labels), new Meter("corrected", group, [.. split.TrueLabels!])]
            : [new Meter($"accuracy/{group.Name}", group, labels)];
    }

    private sealed class Meter(string name, ExampleGroup group, byte[] labels)
    {
        public string Name => name;

        public ExampleGroup Group => group;

        public byte[] Labels => labels;

        public int Correct { get; set; }
    }
}
