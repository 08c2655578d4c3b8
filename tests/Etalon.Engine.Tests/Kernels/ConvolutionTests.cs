using System.Numerics;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Tests.Kernels;

public class ConvolutionTests
{
    // Every kernel, stride and padding of the house's networks, tails of every kind, images of one pixel, and padding beyond the kernel.
    private static readonly ConvolutionShape[] Chosen =
    [
        new(32, 32, 3, 16, 3, 3, 1, 1), new(32, 32, 16, 16, 3, 3, 1, 1), new(16, 16, 32, 32, 3, 3, 1, 1), new(8, 8, 64, 64, 3, 3, 1, 1),
        new(32, 32, 16, 32, 3, 3, 2, 1), new(32, 32, 16, 32, 1, 1, 2, 0), new(8, 8, 16, 10, 1, 1, 1, 0), new(28, 28, 1, 8, 5, 5, 1, 2),
        new(7, 7, 17, 17, 3, 3, 1, 1), new(14, 14, 10, 24, 3, 3, 1, 0), new(5, 6, 8, 9, 3, 3, 1, 2), new(1, 1, 8, 8, 3, 3, 1, 1),
        new(1, 1, 5, 3, 1, 1, 1, 0), new(1, 9, 2, 1, 1, 3, 1, 1), new(9, 4, 3, 5, 7, 2, 3, 3), new(4, 4, 2, 2, 1, 1, 3, 2),
        new(1, 70, 140, 97, 1, 1, 1, 0),
        new(2, 2, 3, 3, 2, 2, 2, 3), new(6, 5, 16, 1, 7, 7, 2, 3), new(10, 11, 4, 20, 2, 5, 3, 1), new(3, 3, 1, 1, 3, 3, 1, 0),
    ];

    public static IEnumerable<TheoryDataRow<ConvolutionShape, int>> Shapes()
    {
        foreach (ConvolutionShape shape in Chosen)
            yield return (shape, 3);
        var random = new System.Random(20260101);
        int[] kernels = [1, 2, 3, 5, 7], channels = [1, 2, 3, 8, 10, 16, 17, 40];
        for (int n = 0; n < 60;)
        {
            var shape = new ConvolutionShape(
                random.Next(1, 14), random.Next(1, 14), random.GetItems(channels, 1)[0], random.GetItems(channels, 1)[0],
                random.GetItems(kernels, 1)[0], random.GetItems(kernels, 1)[0], random.Next(1, 4), random.Next(0, 4));
            if (n % 2 == 0)
                shape = shape with { KernelHeight = 3, KernelWidth = 3, Stride = 1, Padding = random.Next(0, 3) };
            if (shape.InputHeight + 2 * shape.Padding < shape.KernelHeight || shape.InputWidth + 2 * shape.Padding < shape.KernelWidth)
                continue;
            n++;
            yield return (shape, random.Next(1, 6));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_pass_of_every_kernel_agrees_with_the_definition(ConvolutionShape shape, int images)
    {
        Compare(new DirectConvolution<double, NarrowVector<double>>(shape), images, 1e-12);
        Compare(new DirectConvolution<float, NarrowVector<float>>(shape), images, 1e-5);
        if (!WinogradConvolution<float, NarrowVector<float>>.Supports(shape))
            return;
        Compare(new WinogradConvolution<double, NarrowVector<double>>(shape), images, 1e-12);
        Compare(new WinogradConvolution<float, NarrowVector<float>>(shape), images, 1e-4);
    }

    /// <summary>
    /// Where the processor has no vectors of 512 bits the runtime computes them in halves, so this test holds the wide kernels to the
    /// narrow ones' bits on any machine; the narrow ones are held to the definition above.
    /// </summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void Vectors_of_512_bits_give_the_bits_of_those_of_256(ConvolutionShape shape, int images)
    {
        CompareWidths<float>(shape, images);
        CompareWidths<double>(shape, images);
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_bits_of_an_image_do_not_depend_on_its_group(ConvolutionShape shape, int images)
    {
        CompareGroups(() => new DirectConvolution<float, NarrowVector<float>>(shape), images);
        if (WinogradConvolution<float, NarrowVector<float>>.Supports(shape))
            CompareGroups(() => new WinogradConvolution<float, NarrowVector<float>>(shape), images);
    }

    [Fact]
    public void No_pass_allocates()
    {
        foreach (ConvolutionShape shape in Chosen)
            foreach (bool direct in new[] { true, false })
            {
                float[] x = Numbers.Random<float>(1, 2 * shape.InputLength), w = Numbers.Random<float>(2, shape.WeightCount);
                float[] dy = Numbers.Random<float>(3, 2 * shape.OutputLength);
                Assert.Equal(0, Allocations.EachTime(() =>
                {
                    var runner = new KernelRunner<float>(ConvolutionKernels.Create<float>(shape, direct));
                    runner.Forward(x, w);
                    runner.DataGradient(dy, w);
                    runner.WeightGradient(x, dy);
                    return runner.Allocated;
                }));
            }
    }

    [Fact]
    public void Winograd_is_chosen_for_wide_3x3_convolutions_of_stride_1_unless_direct_is_asked_for()
    {
        var wide = new ConvolutionShape(16, 16, 32, 32, 3, 3, 1, 1);
        Assert.Equal("winograd", ConvolutionKernels.Create<float>(wide).Name);
        Assert.Equal("direct", ConvolutionKernels.Create<float>(wide, direct: true).Name);
        Assert.Equal("direct", ConvolutionKernels.Create<float>(wide with { Stride = 2 }).Name);
        Assert.Equal("direct", ConvolutionKernels.Create<float>(wide with { Padding = 3 }).Name);
        Assert.Equal("direct", ConvolutionKernels.Create<float>(wide with { KernelWidth = 5 }).Name);
        Assert.Equal("direct", ConvolutionKernels.Create<float>(wide with { InputChannels = 3 }).Name);
        Assert.Equal("direct", ConvolutionKernels.Create<float>(wide with { InputHeight = 2, InputWidth = 2 }).Name);
    }

    [Fact]
    public void A_kernel_larger_than_the_padded_image_is_an_error_that_names_the_sizes()
    {
        var shape = new ConvolutionShape(2, 8, 3, 3, 5, 5, 1, 1);
        ArgumentException error = Assert.Throws<ArgumentException>(() => ConvolutionKernels.Create<float>(shape));
        Assert.Contains("5x5", error.Message);
        Assert.Contains("2x8", error.Message);
    }

    private static void Compare<T>(ConvolutionKernel<T> kernel, int images, double tolerance) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ConvolutionShape shape = kernel.Shape;
        T[] x = Numbers.Random<T>(1, images * shape.InputLength), w = Numbers.Random<T>(2, shape.WeightCount);
        T[] dy = Numbers.Random<T>(3, images * shape.OutputLength);
        double[] exactX = Numbers.ToDouble(x), exactW = Numbers.ToDouble(w), exactDy = Numbers.ToDouble(dy);
        var runner = new KernelRunner<T>(kernel);
        AssertClose(NaiveConvolution.Forward(shape, images, exactX, exactW), runner.Forward(x, w), tolerance, "forward");
        AssertClose(NaiveConvolution.DataGradient(shape, images, exactW, exactDy), runner.DataGradient(dy, w), tolerance, "data gradient");
        AssertClose(NaiveConvolution.WeightGradient(shape, images, exactX, exactDy), runner.WeightGradient(x, dy), tolerance,
            "weight gradient");
    }

    private static void CompareWidths<T>(ConvolutionShape shape, int images) where T : unmanaged, IFloatingPointIeee754<T>
    {
        CompareBits(new DirectConvolution<T, NarrowVector<T>>(shape), new DirectConvolution<T, WideVector<T>>(shape), images);
        if (WinogradConvolution<T, NarrowVector<T>>.Supports(shape))
            CompareBits(new WinogradConvolution<T, NarrowVector<T>>(shape), new WinogradConvolution<T, WideVector<T>>(shape), images);
    }

    private static void CompareBits<T>(ConvolutionKernel<T> narrow, ConvolutionKernel<T> wide, int images)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        ConvolutionShape shape = narrow.Shape;
        T[] x = Numbers.Random<T>(1, images * shape.InputLength), w = Numbers.Random<T>(2, shape.WeightCount);
        T[] dy = Numbers.Random<T>(3, images * shape.OutputLength);
        KernelRunner<T> expected = new(narrow), actual = new(wide);
        Assert.Equal(expected.Forward(x, w), actual.Forward(x, w));
        Assert.Equal(expected.DataGradient(dy, w), actual.DataGradient(dy, w));
        Assert.Equal(expected.WeightGradient(x, dy), actual.WeightGradient(x, dy));
    }

    private static void CompareGroups<T>(Func<ConvolutionKernel<T>> create, int images) where T : unmanaged, IFloatingPointIeee754<T>
    {
        ConvolutionShape shape = create().Shape;
        T[] x = Numbers.Random<T>(1, images * shape.InputLength), w = Numbers.Random<T>(2, shape.WeightCount);
        T[] dy = Numbers.Random<T>(3, images * shape.OutputLength);
        KernelRunner<T> together = new(create()), alone = new(create(), imagesPerCall: 1);
        Assert.Equal(alone.Forward(x, w), together.Forward(x, w));
        Assert.Equal(alone.DataGradient(dy, w), together.DataGradient(dy, w));
    }

    private static void AssertClose<T>(double[] expected, T[] actual, double tolerance, string pass) where T : IFloatingPointIeee754<T>
    {
        double largest = expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(double.CreateChecked(actual[i]) - expected[i]);
            Assert.True(error <= tolerance * largest, $"{pass}, entry {i}: {actual[i]} for {expected[i]}, largest entry {largest}");
        }
    }
}
