namespace Etalon.Lab.Runs;

/// <summary>A place in metrics.jsonl between two updates: where the next line begins, and what it has gathered so far.</summary>
/// <param name="Bytes">Bytes of the whole lines before it.</param>
/// <param name="LossSum">Sum of the losses since the last line.</param>
/// <param name="Correct">Images classified correctly since then.</param>
/// <param name="Images">Images since then.</param>
internal readonly record struct MetricsPosition(long Bytes, double LossSum, long Correct, long Images)
{
    /// <summary>The texts that say it in a checkpoint.</summary>
    public void Describe(IDictionary<string, string> metadata)
    {
        metadata["metrics_bytes"] = $"{Bytes}";
        metadata["metrics_loss_sum"] = $"{LossSum:R}";
        metadata["metrics_correct"] = $"{Correct}";
        metadata["metrics_images"] = $"{Images}";
    }

    /// <summary>The place that a checkpoint says.</summary>
    public static MetricsPosition Of(Checkpoint checkpoint) => new(
        checkpoint.Integer("metrics_bytes"), checkpoint.Number("metrics_loss_sum"), checkpoint.Integer("metrics_correct"),
        checkpoint.Integer("metrics_images"));

    /// <summary>Why this place is not in a file; null where it is.</summary>
    public string? FaultIn(string path)
    {
        if (Bytes == 0) return null;
        if (!File.Exists(path)) return $"{path} is missing";
        using var file = RunFile.Open(path);
        if (file.Length < Bytes) return $"{path} has {file.Length} bytes, and had {Bytes} when the checkpoint was written";
        file.Position = Bytes - 1;
        return file.ReadByte() == '\n' ? null : $"{path} has no line that ends at byte {Bytes}, as it had when the checkpoint was written";
    }
}
