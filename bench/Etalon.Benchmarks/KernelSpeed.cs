using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Engine;
using Etalon.Engine.Kernels.Convolution;
using Etalon.Engine.Kernels.Vectors;
using Etalon.Lab.Benchmarks;

namespace Etalon.Benchmarks;

/// <summary>
/// The speed of the convolution kernels on one core: each pass of each kernel at each shape, as GFLOP/s of the direct form, as share of
/// the multiply-add peak, and Winograd as multiple of direct.
/// </summary>
/// <remarks>
/// A machine's usable speed may change by two within minutes, so peak, direct and Winograd are measured in turn, round after
/// round, and a ratio is the median of the rounds' ratios.
/// </remarks>
internal static class KernelSpeed
{
    private const int Rounds = 15;
    private const int WarmUp = 40;
    private const int Images = 96;

    private static readonly (string Name, ConvolutionShape Shape)[] Shapes =
    [
        ("32x32x16", new(32, 32, 16, 16, 3, 3, 1, 1)),
        ("16x16x32", new(16, 16, 32, 32, 3, 3, 1, 1)),
        ("8x8x64", new(8, 8, 64, 64, 3, 3, 1, 1)),
        ("32x32x3-16", new(32, 32, 3, 16, 3, 3, 1, 1)),
        ("32x32x16-32/2", new(32, 32, 16, 32, 3, 3, 2, 1)),
        ("32x32x16-32 1x1/2", new(32, 32, 16, 32, 1, 1, 2, 0)),
        ("28x28x8", new(28, 28, 8, 8, 3, 3, 1, 1)),
        ("14x14x32", new(14, 14, 32, 32, 3, 3, 1, 1)),
        ("7x7x64", new(7, 7, 64, 64, 3, 3, 1, 1)),
    ];

    /// <summary>
    /// Prints the table of one number type, in the width that this process computes with: the shapes of these names, or all without any.
    /// </summary>
    public static void Print<T>(string[] names) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (VectorWidth.IsWide) Print<T, WideVector<T>>(names);
        else Print<T, NarrowVector<T>>(names);
    }

    private static void Print<T, TVector>(string[] names)
        where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
    {
        Console.WriteLine($"{typeof(T).Name}, {VectorWidth.Bits} bits: GFLOP/s (direct form) and share of the multiply-add peak, one core");
        Console.WriteLine("shape              pass            peak  direct            winograd          winograd/direct");
        foreach ((string name, ConvolutionShape shape) in Shapes)
        {
            if (names.Length > 0 && !names.Contains(name)) continue;
            ConvolutionKernel<T> fastest = ConvolutionKernels.Create<T, TVector>(shape, direct: false);
            using var direct = new Passes<T>(new DirectConvolution<T, TVector>(shape), Images);
            using Passes<T>? winograd = fastest is WinogradConvolution<T, TVector> ? new Passes<T>(fastest, Images) : null;
            foreach (string pass in Passes<T>.Names)
                PrintRow(name, pass, direct, winograd);
        }
    }

    private static void PrintRow<T>(string name, string pass, Passes<T> direct, Passes<T>? winograd)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var peaks = new double[Rounds];
        var directs = new double[Rounds];
        var winograds = new double[Rounds];
        for (int round = -WarmUp; round < Rounds; round++)
        {
            double peak = FmaPeak.Measure<T>();
            double slow = direct.Measure(pass);
            double fast = winograd?.Measure(pass) ?? 0;
            if (round >= 0)
                (peaks[round], directs[round], winograds[round]) = (peak, slow, fast);
        }
        double share = Median(directs.Zip(peaks, (a, b) => a / b)), fastShare = Median(winograds.Zip(peaks, (a, b) => a / b));
        string row = $"{name,-18} {pass,-14} {Median(peaks),5:F1}  {Median(directs),6:F1} {share,6:P0}";
        if (winograd is not null)
            row += $"    {Median(winograds),6:F1} {fastShare,6:P0}   {Median(winograds.Zip(directs, (a, b) => a / b)),6:F2}";
        Console.WriteLine(row);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }

    /// <summary>A kernel with memory for all images, called as a worker calls it: group after group.</summary>
    private sealed unsafe class Passes<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
    {
        public static readonly string[] Names = ["forward", "data gradient", "weight gradient"];

        private readonly ConvolutionKernel<T> _kernel;
        private readonly int _images;
        private readonly List<nint> _blocks = [];
        private readonly T* _input, _gradient, _output, _inputGradient, _forward, _dataGradient, _accumulator, _scratch;

        public Passes(ConvolutionKernel<T> kernel, int images)
        {
            _kernel = kernel;
            // A group is framed just before it is used, so it is warm: all groups share one frame here.
            _images = images;
            int group = kernel.ImagesPerCall;
            _input = Allocate(group * kernel.InputFrame.Length);
            _gradient = Allocate(group * kernel.GradientFrame.Length);
            _output = Allocate(group * kernel.Shape.OutputLength);
            _inputGradient = Allocate(group * kernel.Shape.InputLength);
            _forward = Allocate(kernel.PackedForwardLength);
            _dataGradient = Allocate(kernel.PackedDataGradientLength);
            _accumulator = Allocate(kernel.AccumulatorLength);
            _scratch = Allocate(kernel.ScratchLength);
            T* weights = Allocate(kernel.Shape.WeightCount);
            kernel.PackForward(weights, _forward);
            kernel.PackDataGradient(weights, _dataGradient);
        }

        /// <summary>GFLOP/s of the direct form.</summary>
        public double Measure(string pass)
        {
            long begin = Stopwatch.GetTimestamp();
            int images = 0;
            for (; images < _images; images += _kernel.ImagesPerCall)
                Call(pass);
            return 2.0 * _kernel.Shape.MultiplyAdds * images / Stopwatch.GetElapsedTime(begin).TotalNanoseconds;
        }

        public void Dispose()
        {
            foreach (nint block in _blocks)
                NativeMemory.AlignedFree((void*)block);
        }

        private void Call(string pass)
        {
            int group = _kernel.ImagesPerCall;
            switch (pass)
            {
                case "forward": _kernel.Forward(_input, _forward, _output, _scratch, group, default); break;
                case "data gradient": _kernel.DataGradient(_gradient, _dataGradient, _inputGradient, _scratch, group, default); break;
                default: _kernel.WeightGradient(_input, _gradient, _accumulator, _scratch, group, default); break;
            }
        }

        private T* Allocate(int length)
        {
            nuint bytes = (nuint)Math.Max(length, 1) * (nuint)sizeof(T);
            var block = (T*)NativeMemory.AlignedAlloc(bytes, 64);
            _blocks.Add((nint)block);
            for (int i = 0; i < length; i++)
                block[i] = T.CreateTruncating(Math.Sin(i) * 1e-3);
            return block;
        }
    }
}
