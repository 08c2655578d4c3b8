using System.Numerics;
using System.Runtime.Intrinsics;
using Etalon.Engine.Kernels.Tokens;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>Kernels of transformers against plain formulas in float64, at every length around a vector's.</summary>
public sealed unsafe class TokenKernelTests
{
    [Fact]
    public void Exponentials_are_within_two_units_in_the_last_place_over_their_whole_range()
    {
        double worstFloat = 0, worstDouble = 0;
        for (int i = 0; i < 200_000; i++)
        {
            float x = -87 + 175f * i / 200_000;
            double exact = Math.Exp(x);
            worstFloat = Math.Max(worstFloat, Math.Abs(Exponential.Of(Vector256.Create(x))[3] - exact) / exact / (1.0 / (1 << 23)));
            double y = -708 + 1417.0 * i / 200_000;
            worstDouble = Math.Max(worstDouble,
                Math.Abs(Exponential.Of(Vector256.Create(y))[1] - Math.Exp(y)) / Math.Exp(y) / double.BitIncrement(1) * Math.Pow(2, 52));
        }
        Assert.InRange(worstFloat, 0, 2);
        Assert.InRange(worstDouble, 0, 2);
    }

    [Fact]
    public void Exponentials_beyond_the_range_stay_finite_and_NaN_stays_NaN()
    {
        Assert.Equal(Exponential.Of(Vector256.Create(-87f))[0], Exponential.Of(Vector256.Create(float.NegativeInfinity))[0]);
        Assert.True(float.IsFinite(Exponential.Of(Vector256.Create(float.PositiveInfinity))[0]));
        Assert.True(double.IsFinite(Exponential.Of(Vector256.Create(1e300))[0]));
        Assert.True(double.IsNaN(Exponential.Of(Vector256.Create(double.NaN))[0]));
        Assert.True(float.IsNaN(Exponential.Of(Vector256.Create(float.NaN))[0]));
    }

    [Fact]
    public void A_row_of_weights_is_the_softmax_of_its_first_numbers_and_its_gradient_the_derivative()
    {
        for (int count = 1; count <= 40; count++)
        {
            Check<float>(count, 1e-6);
            Check<double>(count, 1e-14);
        }

        void Check<T>(int count, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
        {
            const double Scale = 0.3;
            const int Length = 48;
            T[] x = Numbers.Random<T>(count, Length), g = Numbers.Random<T>(count + 100, Length);
            double[] powers = [.. x.Take(count).Select(value => Math.Exp(Scale * double.CreateChecked(value)))];
            double[] p = [.. powers.Select(power => power / powers.Sum())];
            double mean = p.Zip(g, (weight, value) => weight * double.CreateChecked(value)).Sum();
            double[] d = [.. p.Select((weight, i) => Scale * weight * (double.CreateChecked(g[i]) - mean))];
            g[^1] = x[^1] = T.NaN;
            fixed (T* row = x)
            fixed (T* gradient = g)
            {
                Softmax.Row(row, count, Length, T.CreateChecked(Scale));
                Softmax.RowGradient(row, gradient, count, Length, T.CreateChecked(Scale));
            }
            for (int i = 0; i < Length; i++)
            {
                Assert.Equal(i < count ? p[i] : 0, double.CreateChecked(x[i]), tolerance);
                Assert.Equal(i < count ? d[i] : 0, double.CreateChecked(g[i]), tolerance);
            }
        }
    }

    [Fact]
    public void Gelu_and_SwiGlu_are_their_formulas_whatever_the_place_of_a_number()
    {
        for (int count = 1; count <= 20; count++)
        {
            Check<float>(count, 3e-6);
            Check<double>(count, 1e-14);
        }

        void Check<T>(int count, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] x = Numbers.Random<T>(1, count), u = Numbers.Random<T>(2, count), y = new T[count + 1], z = new T[count + 1];
            fixed (T* xs = x)
            fixed (T* us = u)
            fixed (T* ys = y)
            fixed (T* zs = z)
            {
                Gates.Gelu(xs, count, ys);
                Gates.SwiGlu(xs, us, count, zs);
            }
            for (int i = 0; i < count; i++)
            {
                double a = double.CreateChecked(x[i]);
                Assert.Equal(a * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (a + 0.044715 * a * a * a))) / 2, double.CreateChecked(y[i]),
                    tolerance);
                Assert.Equal(double.CreateChecked(u[i]) * a / (1 + Math.Exp(-a)), double.CreateChecked(z[i]), tolerance);
            }
            Assert.Equal(T.Zero, y[count]);
            Assert.Equal(T.Zero, z[count]);
        }
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(9, 4)]
    [InlineData(64, 16)]
    [InlineData(100, 24)]
    [InlineData(200, 40)]
    public void Products_of_a_head_are_those_of_plain_loops(int tokens, int size)
    {
        Check<float>(1e-5);
        Check<double>(1e-13);

        void Check<T>(double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
        {
            int channels = size + 5;
            var products = new HeadProducts<T>(tokens, size, channels);
            T[] scratch = new T[products.ScratchLength + 16], x = Head<T>(1, tokens, size, products.HeadStep),
                y = Head<T>(2, tokens, size, channels), pairs = new T[tokens * products.Step], gathered = new T[tokens * channels],
                spread = new T[tokens * channels];
            fixed (T* xs = x)
            fixed (T* ys = y)
            fixed (T* to = pairs)
            fixed (T* s = scratch)
            fixed (T* gs = gathered)
            fixed (T* ss = spread)
            {
                T* aligned = (T*)(((nint)s + 63) & ~63);
                products.Pair(xs, ys, channels, to, aligned);
                for (int i = 0; i < tokens; i++) pairs.AsSpan(i * products.Step + i + 1, products.Step - i - 1).Clear();
                products.Gather(to, ys, channels, gs, aligned);
                products.Spread(to, xs, ss, channels, aligned);
            }
            double At(T[] of, int step, int i, int c) => double.CreateChecked(of[i * step + c]);
            for (int i = 0; i < tokens; i++)
                for (int j = 0; j <= i; j++)
                    Assert.Equal(Enumerable.Range(0, size).Sum(c => At(x, products.HeadStep, i, c) * At(y, channels, j, c)),
                        At(pairs, products.Step, i, j), tolerance * size);
            for (int i = 0; i < tokens; i += 7)
                for (int c = 0; c < size; c++)
                {
                    Assert.Equal(Enumerable.Range(0, i + 1).Sum(j => At(pairs, products.Step, i, j) * At(y, channels, j, c)),
                        At(gathered, channels, i, c), tolerance * size * tokens);
                    Assert.Equal(Enumerable.Range(i, tokens - i).Sum(j => At(pairs, products.Step, j, i) * At(x, products.HeadStep, j, c)),
                        At(spread, channels, i, c), tolerance * size * tokens);
                }
        }

        static T[] Head<T>(int seed, int tokens, int size, int step) where T : unmanaged, IFloatingPointIeee754<T>
        {
            var numbers = new T[tokens * step];
            for (int token = 0; token < tokens; token++)
                Numbers.Random<T>(seed + token, size).CopyTo(numbers.AsSpan(token * step));
            return numbers;
        }
    }
}
