using System.Text.Json;
using System.Text.Json.Serialization;

namespace Etalon.Lab.Runs;

/// <summary>What became of a run: result.json.</summary>
public sealed record RunResult
{
    internal static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter<RunStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
        AllowDuplicateProperties = false,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>How it ended.</summary>
    public required RunStatus Status { get; init; }

    /// <summary>Updates done.</summary>
    public required long Steps { get; init; }

    /// <summary>Mean loss on the test split at the last evaluation; null where there was none.</summary>
    public double? TestLoss { get; init; }

    /// <summary>Accuracy on the test split at the last evaluation, in [0, 1].</summary>
    public double? TestAccuracy { get; init; }

    /// <summary>The best accuracy on the test split of all evaluations.</summary>
    public double? BestTestAccuracy { get; init; }

    /// <summary>The updates after which it was reached first; the checkpoint of that name is kept.</summary>
    public long? BestStep { get; init; }

    /// <summary>Seconds of training, evaluations included; of a run with interruptions, without the time between.</summary>
    public double Seconds { get; init; }

    /// <summary>Images trained on, per second of training without evaluations.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>Threads that computed; the result does not depend on them.</summary>
    public int Threads { get; init; }

    /// <summary>Processes that computed together, each with so many threads; null for one alone. The result does not depend on
    /// them.</summary>
    public int? Ranks { get; init; }

    /// <summary>Why it ended, where it did not reach the end of its recipe.</summary>
    public string? Message { get; init; }
}
