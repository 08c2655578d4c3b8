using System.Numerics;
using System.Runtime.CompilerServices;
using Etalon.Engine.Kernels.Vectors;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>Weights of a 3x3 convolution to their 36 points, and the points' gradients back to the weights' gradient.</summary>
/// <remarks>
/// Both work on a vector of the channels that lie side by side in the points. The weights are laid out once per step, their gradient once
/// per chunk of images: with scalar loops for the last move these took 10 % of a step of PreResNet-20.
/// </remarks>
internal static unsafe class WinogradWeights<T, TVector>
    where T : unmanaged, IFloatingPointIeee754<T> where TVector : unmanaged, IVector<TVector, T>
{
    /// <summary>
    /// Numbers from one point to the next in [36][block of channels][depth][lanes of a block]: a cache line more than it holds, since the
    /// 36 points of a weight would otherwise all fall into one set of the first-level cache.
    /// </summary>
    public static int PointStep(int depth, int channels) =>
        InnerProduct<T, TVector>.Blocks(channels) * depth * InnerProduct<T, TVector>.LanesOf(channels) + 64 / sizeof(T);

    /// <summary>U = G w G^T as [36][block of co][ci][lanes of a block].</summary>
    public static void PackForward(T* weights, T* packed, int inputs, int outputs) =>
        Pack(weights, inputs * outputs, outputs, 1, packed, inputs, outputs);

    /// <summary>
    /// U of the weights turned by half a turn, with input and output channels exchanged: [36][block of ci][co][lanes of a block].
    /// </summary>
    public static void PackDataGradient(T* weights, T* packed, int inputs, int outputs) =>
        Pack(weights + 8 * inputs * outputs, -inputs * outputs, 1, outputs, packed, outputs, inputs);

    // Weights at tap tapStep + d depthStep + c channelStep to [36][block of channels][depth][lanes of a block], with zeros behind the last
    // channel.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Pack(T* weights, nint tapStep, nint depthStep, nint channelStep, T* packed, int depth, int channels)
    {
        int width = TVector.Count, lanes = InnerProduct<T, TVector>.LanesOf(channels);
        nint pointStep = PointStep(depth, channels);
        T* taps = stackalloc T[9 * width];
        T* rows = stackalloc T[18 * width];
        for (int block = 0; block < channels; block += lanes)
            for (int d = 0; d < depth; d++)
                for (int first = block; first < block + lanes; first += width, packed += width)
                {
                    T* from = weights + d * depthStep + first * channelStep;
                    for (int tap = 0; tap < 9; tap++)
                        Gather(from + tap * tapStep, channelStep, channels - first, taps + tap * width);
                    for (int y = 0; y < 3; y++)
                        WinogradTransform<T, TVector>.Weights(taps + y * 3 * width, width, rows + y * 6 * width, width);
                    for (int x = 0; x < 6; x++)
                        WinogradTransform<T, TVector>.Weights(rows + x * width, 6 * width, packed + x * pointStep, 6 * pointStep);
                }
    }

    // A vector of numbers so many apart to a vector side by side; zeros behind the last.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Gather(T* from, nint step, int count, T* to)
    {
        if (step == 1 && count >= TVector.Count)
            TVector.Load(from).Store(to);
        else
            for (int lane = 0; lane < TVector.Count; lane++) to[lane] = lane < count ? from[lane * step] : T.Zero;
    }

    /// <summary>dw = G^T dU G from dU [36][block of co][ci][lanes of a block].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void FinishGradient(T* points, T* weightGradient, int inputs, int outputs)
    {
        int width = TVector.Count, lanes = InnerProduct<T, TVector>.LanesOf(outputs);
        nint pointStep = PointStep(inputs, outputs), tapStep = inputs * outputs;
        T* rows = stackalloc T[18 * width];
        T* taps = stackalloc T[9 * width];
        for (int block = 0; block < outputs; block += lanes)
            for (int c = 0; c < inputs; c++)
                for (int first = block; first < block + lanes; first += width, points += width)
                {
                    if (first >= outputs) continue;
                    for (int x = 0; x < 6; x++)
                        WinogradTransform<T, TVector>.WeightGradient(points + x * pointStep, 6 * pointStep, rows + x * width, 6 * width);
                    T* to = weightGradient + c * outputs + first;
                    bool isWhole = first + width <= outputs;
                    for (int y = 0; y < 3; y++)
                        WinogradTransform<T, TVector>.WeightGradient(
                            rows + y * 6 * width, width, isWhole ? to + 3 * y * tapStep : taps + 3 * y * width, isWhole ? tapStep : width);
                    for (int tap = 0; tap < 9 && !isWhole; tap++)
                        new Span<T>(taps + tap * width, outputs - first).CopyTo(new Span<T>(to + tap * tapStep, outputs - first));
                }
    }
}
