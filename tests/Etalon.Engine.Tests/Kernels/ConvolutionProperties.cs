using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Vectors;
using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>What makes a convolution and its two gradients one bilinear map, in float64, for both kernels in both widths.</summary>
public class ConvolutionProperties
{
    private const int Images = 2;

    private static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(60).WithReplay(20260101, 7);

    private static readonly Arbitrary<ConvolutionShape> Shapes = Arb.From(
        from height in Gen.Choose(1, 9)
        from width in Gen.Choose(1, 9)
        from inputs in Gen.Choose(1, 18)
        from outputs in Gen.Choose(1, 18)
        from kernel in Gen.Elements(1, 2, 3, 3, 3, 5)
        from stride in Gen.Elements(1, 1, 2, 3)
        from padding in Gen.Choose(0, 2)
        where height + 2 * padding >= kernel && width + 2 * padding >= kernel
        select new ConvolutionShape(height, width, inputs, outputs, kernel, kernel, stride, padding));

    [Fact]
    public void The_three_passes_are_adjoint() => Check.One(Fixed, Prop.ForAll(Shapes, shape => Kernels(shape).All(kernel =>
    {
        var runner = new KernelRunner<double>(kernel);
        double[] x = Numbers.Random<double>(4, Images * shape.InputLength), w = Numbers.Random<double>(5, shape.WeightCount);
        double[] dy = Numbers.Random<double>(6, Images * shape.OutputLength);
        double[] y = runner.Forward(x, w);
        double scale = Norm(y) * Norm(dy);
        double product = Dot(y, dy);
        return Math.Abs(product - Dot(x, runner.DataGradient(dy, w))) <= 1e-12 * scale
            && Math.Abs(product - Dot(w, runner.WeightGradient(x, dy))) <= 1e-12 * scale;
    })));

    [Fact]
    public void The_forward_pass_is_linear_in_the_image_and_in_the_weights() =>
        Check.One(Fixed, Prop.ForAll(Shapes, shape => Kernels(shape).All(kernel =>
        {
            var runner = new KernelRunner<double>(kernel);
            double[] x = Numbers.Random<double>(7, Images * shape.InputLength), w = Numbers.Random<double>(8, shape.WeightCount);
            double[] z = Numbers.Random<double>(9, Images * shape.InputLength), v = Numbers.Random<double>(10, shape.WeightCount);
            return Close(runner.Forward(Combine(x, z), w), Combine(runner.Forward(x, w), runner.Forward(z, w)))
                && Close(runner.Forward(x, Combine(w, v)), Combine(runner.Forward(x, w), runner.Forward(x, v)));
        })));

    private static IEnumerable<ConvolutionKernel<double>> Kernels(ConvolutionShape shape) =>
        [.. Kernels<NarrowVector<double>>(shape), .. Kernels<WideVector<double>>(shape)];

    private static IEnumerable<ConvolutionKernel<double>> Kernels<TVector>(ConvolutionShape shape)
        where TVector : unmanaged, IVector<TVector, double>
    {
        yield return new DirectConvolution<double, TVector>(shape);
        if (WinogradConvolution<double, TVector>.Supports(shape))
            yield return new WinogradConvolution<double, TVector>(shape);
    }

    private static double[] Combine(double[] a, double[] b) => [.. a.Zip(b, (p, q) => 3 * p - q)];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (p, q) => p * q).Sum();

    private static double Norm(double[] a) => Math.Sqrt(Dot(a, a));

    private static bool Close(double[] a, double[] b) => Norm([.. a.Zip(b, (p, q) => p - q)]) <= 1e-13 * Norm(b);
}
