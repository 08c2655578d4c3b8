using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>
/// The kernels over pixels and channels against plain loops in float64, over random shapes with whole and part-filled vectors.
/// </summary>
public unsafe class ChannelKernelTests
{
    public static TheoryData<int, int> Shapes => new()
    {
        { 1, 1 }, { 1, 8 }, { 3, 1 }, { 4, 3 }, { 7, 8 }, { 9, 17 }, { 64, 16 }, { 49, 5 }, { 33, 12 }, { 1, 31 }, { 100, 64 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Moments_are_those_of_the_definition(int pixels, int channels)
    {
        Check<float>(1e-5);
        Check<double>(1e-14);

        void Check<T>(double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
        {
            // A mean far above the deviation is where the one-pass formula fails.
            T[] x = Draw<T>("x", pixels * channels, mean: 100), mean = new T[channels], squares = new T[channels];
            fixed (T* px = x, pm = mean, ps = squares) ChannelSums.Moments(px, pixels, channels, pm, ps);
            for (int c = 0; c < channels; c++)
            {
                var column = Column(x, c, channels);
                double m = column.Average(), s = column.Sum(value => (value - m) * (value - m));
                Assert.Equal(m, double.CreateTruncating(mean[c]), 100 * tolerance);
                Assert.Equal(s, double.CreateTruncating(squares[c]), tolerance * pixels * 100);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_finished_gradient_is_masked_and_summed(int pixels, int channels)
    {
        Check<float>(rectified: true, 1e-5);
        Check<double>(rectified: true, 1e-13);
        Check<double>(rectified: false, 1e-13);

        void Check<T>(bool rectified, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
        {
            T[] x = Draw<T>("x", pixels * channels), g = Draw<T>("g", pixels * channels), before = [.. g];
            T[] scale = Draw<T>("scale", channels), shift = Draw<T>("shift", channels), center = Draw<T>("center", channels);
            T[] sum = new T[channels], product = new T[channels];
            fixed (T* pg = g, px = x, pa = scale, pb = shift, pc = center, ps = sum, pp = product)
                ChannelSums.Finish(pg, px, pa, pb, pc, rectified, pixels, channels, ps, pp);
            for (int c = 0; c < channels; c++)
            {
                double s = 0, p = 0;
                for (int i = c; i < x.Length; i += channels)
                {
                    bool isKept = !rectified || T.FusedMultiplyAdd(scale[c], x[i], shift[c]) > T.Zero;
                    Assert.Equal(isKept ? before[i] : T.Zero, g[i]);
                    s += Number(g[i]);
                    p += Number(g[i]) * (Number(x[i]) - Number(center[c]));
                }
                Assert.Equal(s, Number(sum[c]), tolerance * pixels);
                Assert.Equal(p, Number(product[c]), tolerance * pixels * 10);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_row_is_read_through_a_scale_a_shift_and_a_ReLU_into_any_pixel_stride(int pixels, int channels)
    {
        foreach (int stride in new[] { channels, channels + 3 })
        {
            Check<Rows.Rectify<float>>((x, _, _) => Math.Max(x, 0), stride);
            Check<Rows.Affine<float>>((x, a, b) => a * x + b, stride);
            Check<Rows.AffineRectify<float>>((x, a, b) => Math.Max(a * x + b, 0), stride);
        }

        void Check<TOperation>(Func<double, double, double, double> definition, int stride) where TOperation : Rows.IOperation<float>
        {
            float[] x = Draw<float>("x", pixels * channels), a = Draw<float>("a", channels), b = Draw<float>("b", channels);
            float[] y = new float[pixels * stride];
            fixed (float* px = x, pa = a, pb = b, py = y) Rows.Map<float, TOperation>(px, pa, pb, pixels, channels, stride, py);
            for (int p = 0; p < pixels; p++)
                for (int c = 0; c < stride; c++)
                    Assert.Equal(c < channels ? definition(x[p * channels + c], a[c], b[c]) : 0, y[p * stride + c], 1e-5);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_normalizations_gradient_is_read_as_its_formula_says(int pixels, int channels)
    {
        foreach (bool add in new[] { false, true })
        {
            double[] g = Draw<double>("g", pixels * channels), x = Draw<double>("x", pixels * channels),
                y = Draw<double>("y", pixels * (channels + 1)), before = [.. y];
            double[] a = Draw<double>("a", channels), b = Draw<double>("b", channels), c = Draw<double>("c", channels);
            fixed (double* pg = g, px = x, py = y, pa = a, pb = b, pc = c)
                Rows.LoadNormalizationGradient(pg, px, new GradientMap<double>(pa, pb, pc), pixels, channels, channels + 1, add, py);
            for (int p = 0; p < pixels; p++)
                for (int i = 0; i < channels; i++)
                {
                    int at = p * channels + i, to = p * (channels + 1) + i;
                    Assert.Equal(a[i] * g[at] + b[i] * x[at] + c[i] + (add ? before[to] : 0), y[to], 1e-13);
                }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Vectors_of_512_bits_give_the_bits_of_those_of_256(int pixels, int channels)
    {
        Check<float>();
        Check<double>();

        void Check<T>()
            where T : unmanaged, IFloatingPointIeee754<T> => Assert.Equal(Compute<T, NarrowVector<T>>(), Compute<T, WideVector<T>>());

        // What a width leaves behind its last whole vector is not written, so the channels compared are those of whole wide vectors.
        T[] Compute<T, TVector>() where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
        {
            int whole = channels / WideVector<T>.Count * WideVector<T>.Count;
            T[] x = Draw<T>("x", pixels * whole), g = Draw<T>("g", pixels * whole), y = Draw<T>("y", pixels * whole);
            T[] a = Draw<T>("a", whole), b = Draw<T>("b", whole), c = Draw<T>("c", whole);
            T[] mean = new T[whole], squares = new T[whole], sum = new T[whole], product = new T[whole], z = new T[pixels * whole];
            fixed (T* px = x, pg = g, py = y, pz = z, pa = a, pb = b, pc = c, pm = mean, pq = squares, ps = sum, pp = product)
            {
                ChannelSums.Moments<T, TVector>(px, 0, pixels, whole, pm, pq);
                Rows.LoadNormalizationGradient<T, TVector>(pg, px, new GradientMap<T>(pa, pb, pc), 0, pixels, whole, whole, add: true, py);
                Rows.Map<T, Rows.AffineRectify<T>, TVector>(px, pa, pb, 0, pixels, whole, whole, pz);
                ChannelSums.Finish<T, TVector>(pg, px, 0, pa, pb, pc, rectified: true, pixels, whole, ps, pp);
            }
            return [.. mean, .. squares, .. y, .. z, .. g, .. sum, .. product];
        }
    }

    [Theory]
    [InlineData(5, 7, 3, 2, 2, 2)]
    [InlineData(6, 6, 8, 3, 3, 2)]
    [InlineData(4, 4, 17, 4, 4, 1)]
    [InlineData(3, 5, 1, 1, 1, 1)]
    [InlineData(8, 8, 16, 2, 2, 2)]
    public void Pooling_is_the_largest_value_and_the_mean_of_each_window(int height, int width, int channels, int windowHeight,
    int windowWidth, int stride)
    {
        int rows = (height - windowHeight) / stride + 1, columns = (width - windowWidth) / stride + 1;
        var shape = new PoolingShape(width, channels, windowHeight, windowWidth, stride, rows, columns);
        double[] x = Draw<double>("x", height * width * channels), largest = new double[rows * columns * channels],
            mean = new double[largest.Length];
        fixed (double* px = x, pl = largest, pm = mean)
        {
            PoolingKernels.Maximum(px, shape, pl);
            PoolingKernels.Mean(px, shape, pm);
        }
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                for (int c = 0; c < channels; c++)
                {
                    var window = from ky in Enumerable.Range(0, windowHeight)
                                 from kx in Enumerable.Range(0, windowWidth)
                                 select x[((row * stride + ky) * width + column * stride + kx) * channels + c];
                    int at = (row * columns + column) * channels + c;
                    Assert.Equal(window.Max(), largest[at]);
                    Assert.Equal(window.Average(), mean[at], 1e-14);
                }
    }

    [Theory]
    [InlineData(5, 7, 3, 2, 2, 2)]
    [InlineData(6, 6, 24, 3, 3, 2)]
    [InlineData(4, 4, 17, 4, 4, 1)]
    [InlineData(8, 8, 32, 2, 2, 2)]
    public void Poolings_backward_passes_are_those_of_plain_loops_in_both_widths(int height, int width, int channels, int windowHeight,
    int windowWidth, int stride)
    {
        int rows = (height - windowHeight) / stride + 1, columns = (width - windowWidth) / stride + 1;
        var shape = new PoolingShape(width, channels, windowHeight, windowWidth, stride, rows, columns);
        // Whole numbers tie often, and the first of a tie takes the gradient.
        double[] x = [.. Draw<double>("x", height * width * channels).Select(value => Math.Round(value))],
            dy = Draw<double>("dy", rows * columns * channels);
        double[] ofMaximum = new double[x.Length], ofMean = new double[x.Length];
        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
                for (int c = 0; c < channels; c++)
                {
                    double gradient = dy[(row * columns + column) * channels + c];
                    int[] window = [.. from ky in Enumerable.Range(0, windowHeight)
                                       from kx in Enumerable.Range(0, windowWidth)
                                       select ((row * stride + ky) * width + column * stride + kx) * channels + c];
                    ofMaximum[window.MaxBy(at => x[at])] += gradient;
                    foreach (int at in window) ofMean[at] += gradient * (1.0 / window.Length);
                }
        double[] maximum = new double[x.Length], mean = new double[x.Length];
        fixed (double* px = x, pdy = dy, pmaximum = maximum, pmean = mean)
        {
            PoolingKernels.MaximumGradient(px, pdy, shape, pmaximum);
            PoolingKernels.MeanGradient(pdy, shape, pmean);
        }
        Assert.Equal(ofMaximum, maximum);
        Assert.Equal(ofMean, mean);
        Assert.Equal(Vectors<NarrowVector<double>>(), Vectors<WideVector<double>>());

        double[] Vectors<TVector>() where TVector : unmanaged, IVector<TVector, double>
        {
            double[] y = new double[2 * dy.Length], dx = new double[2 * x.Length];
            int end = channels / WideVector<double>.Count * WideVector<double>.Count;
            fixed (double* px = x, pdy = dy, py = y, pdx = dx)
            {
                PoolingKernels.Maximum<double, TVector>(px, 0, shape, py);
                PoolingKernels.Mean<double, TVector>(px, 0, shape, py + dy.Length);
                PoolingKernels.MaximumGradient<double, TVector>(px, pdy, 0, shape, pdx);
                PoolingKernels.MeanGradient<double, TVector>(pdy, 0, shape, pdx + x.Length);
            }
            return [.. y.Concat(dx).Where((_, i) => i % channels < end)];
        }
    }

    /// <summary>Of 21 channels in float64, 16 go by whole vectors of either width, four more by 256 bits and one by itself.</summary>
    [Fact]
    public void The_first_NaN_of_a_window_takes_its_gradient_in_every_channel()
    {
        const int Channels = 21;
        double[] dy = Numbers.Random<double>(8, Channels), narrow = new double[4 * Channels], wide = new double[4 * Channels];
        var shape = new PoolingShape(4, Channels, 1, 4, 1, 1, 1);
        for (int first = 0; first < 4; first++)
        {
            double[] x = Numbers.Random<double>(9, 4 * Channels), dx = new double[4 * Channels], expected = new double[4 * Channels];
            x.AsSpan(first * Channels).Fill(double.NaN);
            dy.CopyTo(expected, first * Channels);
            fixed (double* px = x, pdy = dy, pdx = dx, pnarrow = narrow, pwide = wide)
            {
                PoolingKernels.MaximumGradient(px, pdy, shape, pdx);
                Array.Clear(narrow);
                Array.Clear(wide);
                Assert.Equal(20, PoolingKernels.MaximumGradient<double, NarrowVector<double>>(px, pdy, 0, shape, pnarrow));
                Assert.Equal(16, PoolingKernels.MaximumGradient<double, WideVector<double>>(px, pdy, 0, shape, pwide));
            }
            Assert.Equal(expected, dx);
            for (int i = 0; i < dx.Length; i++)
            {
                if (i % Channels < 20) Assert.Equal(expected[i], narrow[i]);
                if (i % Channels < 16) Assert.Equal(expected[i], wide[i]);
            }
        }
    }

    [Fact]
    public void Equal_largest_values_give_the_gradient_to_the_first()
    {
        double[] x = [2, 2, 1, 2], dy = [5], dx = new double[4];
        fixed (double* px = x, pdy = dy, pdx = dx) PoolingKernels.MaximumGradient(px, pdy, new PoolingShape(2, 1, 2, 2, 2, 1, 1), pdx);
        Assert.Equal([5, 0, 0, 0], dx);
    }

    private static T[] Draw<T>(string purpose, int count, double mean = 0) where T : IFloatingPointIeee754<T>
    {
        var stream = new CounterStream(11, purpose);
        var values = new T[count];
        for (int i = 0; i < count; i++) values[i] = T.CreateTruncating(mean + stream.NextNormal());
        return values;
    }

    private static double[] Column<T>(T[] x, int channel, int channels) where T : IFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, x.Length / channels).Select(p => Number(x[p * channels + channel]))];

    private static double Number<T>(T value) where T : IFloatingPointIeee754<T> => double.CreateTruncating(value);
}
