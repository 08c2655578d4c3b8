using System.Collections.Immutable;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>What a run's result is made of, gathered over all its parts.</summary>
internal sealed record RunProgress
{
    private const string BestKey = "best_accuracy", BestStepKey = "best_step", LossKey = "test_loss", AccuracyKey = "test_accuracy",
        ImagesKey = "images", TrainingKey = "training_seconds", SecondsKey = "seconds", StageEndsKey = "stage_ends";

    /// <summary>Images trained on.</summary>
    public long Images { get; init; }

    /// <summary>Seconds of training without evaluations.</summary>
    public double TrainingSeconds { get; init; }

    /// <summary>Seconds in all, without the time between the parts.</summary>
    public double Seconds { get; init; }

    /// <summary>Loss and accuracy of the last evaluation; null before the first.</summary>
    public double? TestLoss { get; init; }

    /// <inheritdoc cref="TestLoss"/>
    public double? TestAccuracy { get; init; }

    /// <summary>The best accuracy of all evaluations; null before the first.</summary>
    public double? Best { get; init; }

    /// <summary>The updates after which it was reached first.</summary>
    public long? BestStep { get; init; }

    /// <summary>The updates after which a stage ended, where the checkpoints of those are kept.</summary>
    public ImmutableArray<long> StageEnds { get; init; } = [];

    /// <summary>The checkpoints that stay, beside the last ones, by their updates.</summary>
    public IReadOnlyList<long> Spared => BestStep is { } best ? [.. StageEnds, best] : StageEnds;

    /// <summary>After an update.</summary>
    public RunProgress With(in UpdateReport report, TimeSpan time) =>
        this with { Images = Images + report.Batch.Images, TrainingSeconds = TrainingSeconds + time.TotalSeconds };

    /// <summary>After an evaluation.</summary>
    public RunProgress With(in EvaluationReport report)
    {
        bool isBest = Best is null || report.Test.Accuracy > Best;
        return this with
        {
            TestLoss = report.Test.Loss,
            TestAccuracy = report.Test.Accuracy,
            Best = isBest ? report.Test.Accuracy : Best,
            BestStep = isBest ? report.Step + 1 : BestStep,
        };
    }

    /// <summary>The texts that say it in a checkpoint.</summary>
    public void Describe(IDictionary<string, string> metadata)
    {
        metadata[ImagesKey] = $"{Images}";
        metadata[TrainingKey] = $"{TrainingSeconds:R}";
        metadata[SecondsKey] = $"{Seconds:R}";
        if (StageEnds.Length > 0) metadata[StageEndsKey] = string.Join(' ', StageEnds.Select(end => $"{end}"));
        if (TestLoss is null) return;
        metadata[LossKey] = $"{TestLoss:R}";
        metadata[AccuracyKey] = $"{TestAccuracy:R}";
        metadata[BestKey] = $"{Best:R}";
        metadata[BestStepKey] = $"{BestStep}";
    }

    /// <summary>What a checkpoint says.</summary>
    public static RunProgress Of(Checkpoint checkpoint) => new()
    {
        Images = checkpoint.Integer(ImagesKey),
        TrainingSeconds = checkpoint.Number(TrainingKey),
        Seconds = checkpoint.Number(SecondsKey),
        TestLoss = checkpoint.OptionalNumber(LossKey),
        TestAccuracy = checkpoint.OptionalNumber(AccuracyKey),
        Best = checkpoint.OptionalNumber(BestKey),
        BestStep = checkpoint.OptionalNumber(BestStepKey) is null ? null : checkpoint.Integer(BestStepKey),
        StageEnds = checkpoint.Metadata.ContainsKey(StageEndsKey) ? checkpoint.Integers(StageEndsKey) : [],
    };
}
