using System.Numerics;

namespace Etalon.Engine.Tests.Golden;

/// <summary>
/// One tensor of the golden file. <paramref name="Values"/> holds every <paramref name="Stride"/>-th number of the flat layout
/// (0, stride, 2 stride, ...); <paramref name="Shape"/> is that of the whole.
/// </summary>
internal sealed record GoldenTensor(string Name, int[] Shape, int Stride, double[] Values)
{
    /// <summary>Numbers in the whole tensor.</summary>
    public int Length => Shape.Aggregate(1, (product, size) => product * size);

    /// <summary>
    /// The whole tensor in another precision: for what the computation starts from, which float32 holds exactly and which is stored whole.
    /// </summary>
    public T[] As<T>()
        where T : INumberBase<T>
        => Stride == 1
            ? Array.ConvertAll(Values, T.CreateChecked)
            : throw new InvalidOperationException(
            $"only one number in {Stride} of {Name} is stored: compare with it, do not start from it");

    /// <summary>
    /// max |actual - golden| / max |golden| over the stored numbers; infinite where an actual number is not finite, so that no bound holds.
    /// </summary>
    public double RelativeErrorOf<T>(ReadOnlySpan<T> actual)
        where T : INumberBase<T>
    {
        if (actual.Length != Length)
            throw new ArgumentException($"{Name} has {Length} numbers, shape [{string.Join(", ", Shape)}], but {actual.Length} were given",
                nameof(actual));
        double worst = 0, largest = 0;
        for (var i = 0; i < Values.Length; i++)
        {
            var value = double.CreateChecked(actual[i * Stride]);
            if (!double.IsFinite(value))
                return double.PositiveInfinity;
            worst = Math.Max(worst, Math.Abs(value - Values[i]));
            largest = Math.Max(largest, Math.Abs(Values[i]));
        }
        return worst / largest;
    }
}
