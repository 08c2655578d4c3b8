using System.Numerics;
using System.Runtime.InteropServices;
using Etalon.Engine.Kernels.Convolution;

namespace Etalon.Engine.Tests.Kernels;

/// <summary>
/// Calls a kernel as a worker does: frames images, goes through them in groups. All its memory is filled with NaN first, so that
/// reading what nobody wrote shows in every result, and ends in a guard that must stay untouched.
/// </summary>
internal sealed unsafe class KernelRunner<T>(ConvolutionKernel<T> kernel, int? imagesPerCall = null)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private const int Guard = 64;

    private readonly int _group = imagesPerCall ?? kernel.ImagesPerCall;

    /// <summary>Bytes of managed memory that the kernel's calls allocated.</summary>
    public long Allocated { get; private set; }

    public T[] Forward(T[] x, T[] w)
    {
        int images = x.Length / kernel.Shape.InputLength;
        using Block weights = new(w), packed = new(kernel.PackedForwardLength), scratch = new(kernel.ScratchLength);
        using Block output = new(images * kernel.Shape.OutputLength);
        kernel.PackForward(weights.Pointer, packed.Pointer);
        ForEachGroup(images, (first, count) =>
        {
            using Block input = new(Framed(kernel.InputFrame, x, first, count));
            Watch(() => kernel.Forward(
                input.Pointer, packed.Pointer, output.Pointer + first * kernel.Shape.OutputLength, scratch.Pointer, count, default));
        });
        return output.ToArray();
    }

    public T[] DataGradient(T[] dy, T[] w)
    {
        int images = dy.Length / kernel.Shape.OutputLength;
        using Block weights = new(w), packed = new(kernel.PackedDataGradientLength), scratch = new(kernel.ScratchLength);
        using Block dx = new(images * kernel.Shape.InputLength);
        kernel.PackDataGradient(weights.Pointer, packed.Pointer);
        ForEachGroup(images, (first, count) =>
        {
            using Block gradient = new(Framed(kernel.GradientFrame, dy, first, count));
            Watch(() => kernel.DataGradient(
                gradient.Pointer, packed.Pointer, dx.Pointer + first * kernel.Shape.InputLength, scratch.Pointer, count, default));
        });
        return dx.ToArray();
    }

    public T[] WeightGradient(T[] x, T[] dy)
    {
        int images = x.Length / kernel.Shape.InputLength;
        using Block sums = new(new T[kernel.AccumulatorLength]), scratch = new(kernel.ScratchLength);
        using Block dw = new(kernel.Shape.WeightCount);
        ForEachGroup(images, (first, count) =>
        {
            using Block input = new(Framed(kernel.InputFrame, x, first, count));
            using Block gradient = new(Framed(kernel.GradientFrame, dy, first, count));
            Watch(() => kernel.WeightGradient(input.Pointer, gradient.Pointer, sums.Pointer, scratch.Pointer, count, default));
        });
        Watch(() => kernel.FinishWeightGradient(sums.Pointer, dw.Pointer));
        return dw.ToArray();
    }

    private static T[] Framed(Frame frame, T[] images, int first, int count)
    {
        int length = frame.Height * frame.Width * frame.Channels;
        var framed = new T[count * frame.Length];
        for (int n = 0; n < count; n++)
            for (int y = 0; y < frame.Height; y++)
                for (int x = 0; x < frame.Width; x++)
                    images.AsSpan((first + n) * length + (y * frame.Width + x) * frame.Channels, frame.Channels).CopyTo(
                        framed.AsSpan(n * frame.Length + frame.Origin + y * frame.RowStride + x * frame.PixelStride));
        return framed;
    }

    private void ForEachGroup(int images, Action<int, int> call)
    {
        for (int first = 0; first < images; first += _group)
            call(first, Math.Min(_group, images - first));
    }

    private void Watch(Action call)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        call();
        Allocated += GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Memory of exactly the length that a kernel asked for, 64-byte aligned, with a guard behind it.</summary>
    private sealed class Block : IDisposable
    {
        private readonly int _length;

        public Block(int length)
        {
            _length = length;
            Pointer = (T*)NativeMemory.AlignedAlloc((nuint)((length + Guard) * sizeof(T)), 64);
            new Span<T>(Pointer, length + Guard).Fill(T.NaN);
        }

        public Block(T[] values) : this(values.Length) => values.CopyTo(new Span<T>(Pointer, values.Length));

        public T* Pointer { get; }

        public T[] ToArray() => new Span<T>(Pointer, _length).ToArray();

        public void Dispose()
        {
            bool untouched = !new Span<T>(Pointer + _length, Guard).ContainsAnyExcept(T.NaN);
            NativeMemory.AlignedFree(Pointer);
            Assert.True(untouched, "The kernel wrote behind the end of its memory.");
        }
    }
}
