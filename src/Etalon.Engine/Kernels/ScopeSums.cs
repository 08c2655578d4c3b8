using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels;

/// <summary>
/// What <see cref="ColumnUpdate"/> needs for each column: a number over the column's divisor, divided in float64 and rounded once.
/// </summary>
internal static unsafe class ScopeSums
{
    /// <summary>steps = number / divisors; both [count].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Divide<T>(double number, double* divisors, T* steps, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var numbers = Vector256.Create(number);
        int i = 0;
        for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            var low = numbers / Vector256.Load(divisors + i);
            if (typeof(T) == typeof(float))
                Vector256.Store(Vector256.Narrow(low, numbers / Vector256.Load(divisors + i + 4)), (float*)(steps + i));
            else Vector256.Store(low, (double*)(steps + i));
        }
        for (; i < count; i++) steps[i] = T.CreateTruncating(number / divisors[i]);
    }
}
