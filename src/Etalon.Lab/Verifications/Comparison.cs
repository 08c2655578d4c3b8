using System.Globalization;

namespace Etalon.Lab.Verifications;

/// <summary>
/// How far runs are from the recipe's own after so many updates on the same batches. Outputs are those of a fixed batch in evaluation mode,
/// relative to the largest of them; a run that diverged is infinitely far.
/// </summary>
/// <param name="Updates">Updates done.</param>
/// <param name="Outputs">The largest difference of an output of the converted run.</param>
/// <param name="Direction">| w~/|w~| - w/|w| | over all weights that the conversion covers.</param>
/// <param name="Loss">The difference of the last batch's loss, relative.</param>
/// <param name="Norm">|w~| / (P |w|) - 1.</param>
/// <param name="ControlOutputs">The outputs of the run that gets the converted decay and keeps the recipe's rates.</param>
/// <param name="ControlNorm">|w| of that run, relative to the recipe's own, less 1.</param>
/// <param name="PerturbedOutputs">The outputs of the recipe itself from a start that differs in its last digits; of several those that are
/// furthest.</param>
/// <param name="PerturbedNorm">|w| of that start, relative to the recipe's own, less 1; of several the largest without its sign.</param>
internal sealed record Comparison(
    long Updates, double Outputs, double Direction, double Loss, double Norm, double ControlOutputs, double ControlNorm,
    double PerturbedOutputs, double PerturbedNorm = 0)
{
    /// <summary>A distance in two digits: 4.8e-15, 0, or diverged.</summary>
    public static string Distance(double value) =>
        value == 0 ? "0" : double.IsFinite(value) ? value.ToString("0.0e0", CultureInfo.InvariantCulture) : "diverged";
}
