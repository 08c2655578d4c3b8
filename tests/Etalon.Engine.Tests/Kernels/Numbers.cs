using System.Numerics;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>Seeded numbers for tests.</summary>
internal static class Numbers
{
    /// <summary>Uniform in [-1, 1), the same for the same seed; float32 numbers are those of float64, rounded.</summary>
    public static T[] Random<T>(int seed, int count) where T : IFloatingPointIeee754<T>
    {
        var random = new System.Random(seed);
        var numbers = new T[count];
        for (int i = 0; i < count; i++)
            numbers[i] = T.CreateTruncating(2 * random.NextDouble() - 1);
        return numbers;
    }

    public static double[] ToDouble<T>(T[] numbers) where T : IFloatingPointIeee754<T> => [.. numbers.Select(double.CreateChecked)];
}
