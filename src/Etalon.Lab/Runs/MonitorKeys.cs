using Etalon.Lab.Training;

namespace Etalon.Lab.Runs;

/// <summary>
/// The names of what the monitors measure, in metrics.jsonl and in a CSV log: each is followed by the name of a group of weights, as in
/// <c>norm/stem.weight</c>.
/// </summary>
internal static class MonitorKeys
{
    /// <summary><see cref="GroupReading.Norm"/>.</summary>
    public const string Norm = "norm/";

    /// <summary><see cref="GroupReading.GradientSquare"/>.</summary>
    public const string GradientSquare = "gradsq/";

    /// <summary><see cref="GroupReading.Dot"/>.</summary>
    public const string Dot = "dot/";

    /// <summary><see cref="GroupReading.Angle"/>.</summary>
    public const string Angle = "angle/";

    /// <summary><see cref="GroupReading.BufferDot"/>.</summary>
    public const string BufferDot = "buffer_dot/";

    /// <summary><see cref="GroupReading.BufferWeight"/>.</summary>
    public const string BufferWeight = "buffer_weight/";

    /// <summary><see cref="GroupReading.UpdateSquare"/>.</summary>
    public const string UpdateSquare = "update_sq/";

    /// <summary><see cref="GroupReading.UpdateDot"/>.</summary>
    public const string UpdateDot = "update_dot/";

    /// <summary><see cref="GroupReading.EffectiveRate"/>.</summary>
    public const string EffectiveRate = "effective_rate/";

    /// <summary><see cref="GroupReading.Residual"/>.</summary>
    public const string Residual = "residual/";

    /// <summary><see cref="GroupReading.Noise"/>.</summary>
    public const string Noise = "noise/";

    /// <summary><see cref="GroupReading.Signal"/>.</summary>
    public const string Signal = "signal/";
}
