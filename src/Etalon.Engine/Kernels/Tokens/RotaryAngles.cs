using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Etalon.Numerics;

namespace Etalon.Engine.Kernels.Tokens;

/// <summary>
/// The rotations of queries and keys: numbers i and i + size / 2 of token t are turned by the angle t 10000^(-2 i / size) (Su et al. 2021,
/// RoFormer, with the pairs of GPT-NeoX), so that a product of a query and a key depends on the distance of their tokens.
/// </summary>
internal sealed unsafe class RotaryAngles<T>(int tokens, int size) where T : unmanaged, IFloatingPointIeee754<T>
{
    private const double Base = 10000;

    private T* _cosines, _sines;

    private int Half => size / 2;

    public void Declare(NetworkLayout<T> layout, string name)
    {
        int[] shape = [tokens, Half];
        layout.Activation($"{name}.cosines", shape, pointer => Fill(_cosines = pointer, Elementary.Cos));
        layout.Activation($"{name}.sines", shape, pointer => Fill(_sines = pointer, Elementary.Sin));
    }

    private void Fill(T* to, Func<double, double> function)
    {
        for (int token = 0; token < tokens; token++)
            for (int i = 0; i < Half; i++) *to++ = T.CreateTruncating(function(token * Elementary.Pow(Base, -2.0 * i / size)));
    }

    /// <summary>y [tokens][step of y] = x [tokens][step of x] turned; backwards, turned back. The two may be one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Turn(T* x, int stepOfX, T* y, int stepOfY, bool isBack)
    {
        T* cosines = _cosines, sines = _sines;
        int width = Vector256<T>.Count;
        var sign = Vector256.Create(isBack ? -T.One : T.One);
        for (int token = 0; token < tokens; token++, x += stepOfX, y += stepOfY, cosines += Half, sines += Half)
        {
            int i = 0;
            for (; i <= Half - width; i += width)
            {
                Vector256<T> a = Vector256.Load(x + i), b = Vector256.Load(x + i + Half), cosine = Vector256.Load(cosines + i);
                var sine = sign * Vector256.Load(sines + i);
                (a * cosine - b * sine).Store(y + i);
                (b * cosine + a * sine).Store(y + i + Half);
            }
            for (; i < Half; i++)
            {
                T a = x[i], b = x[i + Half], sine = isBack ? -sines[i] : sines[i];
                y[i] = a * cosines[i] - b * sine;
                y[i + Half] = b * cosines[i] + a * sine;
            }
        }
    }
}
