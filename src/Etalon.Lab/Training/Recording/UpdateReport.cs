using Etalon.Engine;

namespace Etalon.Lab.Training;

/// <summary>One update.</summary>
/// <param name="Step">Its 0-based number.</param>
/// <param name="Epoch">Epochs done after it, as a fraction.</param>
/// <param name="Batch">Loss and accuracy of its batch, before the update.</param>
/// <param name="Numbers">Rate, weight decay and momentum of the recipe that it used.</param>
/// <param name="LogScale">ln P after it, in a run that trains an equivalent of its recipe: its scale-invariant weights are P times the
/// recipe's own.</param>
public readonly record struct UpdateReport(long Step, double Epoch, LossResult Batch, Hyperparameters Numbers, double? LogScale)
{
    /// <summary>Whether it was the last of the run.</summary>
    public bool IsLast { get; init; }

    /// <summary>What the monitors measured; null where they did not measure.</summary>
    public MonitorReading? Monitors { get; init; }
}
