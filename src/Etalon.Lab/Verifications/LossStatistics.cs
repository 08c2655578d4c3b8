namespace Etalon.Lab.Verifications;

/// <summary>
/// Differences of the batch loss from that of the recipe's own run, over the second half of the updates and relative to its mean: what is
/// left to compare once rounding has grown to the size of the outputs.
/// </summary>
/// <param name="Converted">The mean of the converted run; infinite where it diverged.</param>
/// <param name="Control">The mean of the run without the conversion.</param>
/// <param name="Scatter">
/// The root mean square difference of the two that are furthest apart among the recipe's own run and those from starts that differ in their
/// last digits.
/// </param>
/// <param name="Starts">How many such starts.</param>
internal sealed record LossStatistics(double Converted, double Control, double Scatter, int Starts)
{
    internal static LossStatistics Of(IReadOnlyList<double> own, IReadOnlyList<double> converted, IReadOnlyList<double> control,
        IReadOnlyList<IReadOnlyList<double>> perturbed)
    {
        double mean = own.Skip(own.Count / 2).Average(), scatter = 0;
        IReadOnlyList<double>[] alike = [own, .. perturbed];
        for (int i = 0; i < alike.Length; i++)
            for (int j = 0; j < i; j++)
                scatter = Math.Max(scatter, Math.Sqrt(Mean(own.Count, alike[i], alike[j], difference => difference * difference)));
        double Of(IReadOnlyList<double> run) => Mean(own.Count, own, run, difference => difference) / mean;
        return new(Of(converted), Of(control), scatter / mean, perturbed.Count);
    }

    private static double Mean(int count, IReadOnlyList<double> one, IReadOnlyList<double> other, Func<double, double> of) =>
        Math.Min(one.Count, other.Count) < count ? double.PositiveInfinity
        : one.Zip(other, (a, b) => of(b - a)).Skip(count / 2).Average();
}
