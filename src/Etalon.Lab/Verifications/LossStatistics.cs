namespace Etalon.Lab.Verifications;

/// <summary>
/// Mean differences of the batch loss from that of the recipe's own run, over the second half of the updates and relative to its mean: what
/// is left to compare once rounding has grown to the size of the outputs.
/// </summary>
/// <param name="Converted">Of the converted run.</param>
/// <param name="Perturbed">Of the recipe from a start that differs in its last digits.</param>
/// <param name="PerturbedError">The standard error of <paramref name="Perturbed"/>, from the scatter of the updates.</param>
internal sealed record LossStatistics(double Converted, double Perturbed, double PerturbedError)
{
    internal static LossStatistics Of(IReadOnlyList<double> own, IReadOnlyList<double> converted, IReadOnlyList<double> perturbed)
    {
        double mean = own.Skip(own.Count / 2).Average();
        var (convertedMean, _) = Differences(own, converted, mean);
        var (perturbedMean, error) = Differences(own, perturbed, mean);
        return new(convertedMean, perturbedMean, error);
    }

    private static (double Mean, double Error) Differences(IReadOnlyList<double> own, IReadOnlyList<double> other, double scale)
    {
        if (other.Count < own.Count) return (double.PositiveInfinity, double.PositiveInfinity);
        var differences = own.Zip(other, (a, b) => (b - a) / scale).Skip(own.Count / 2).ToList();
        double mean = differences.Average();
        return (mean, Math.Sqrt(differences.Sum(difference => (difference - mean) * (difference - mean))) / differences.Count);
    }
}
