using System.Numerics;
using System.Runtime.Intrinsics;

namespace Etalon.Engine.Kernels.Convolution;

/// <summary>Weights of a 3x3 convolution to their 36 points, and the points' gradients back to the weights' gradient.</summary>
/// <remarks>Both work on a vector of output channels at a time, since those are contiguous in [ky][kx][ci][co]. They run once per step.</remarks>
internal static unsafe class WinogradWeights<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>U = G w G^T as [36][block of co][ci][2 vectors].</summary>
    public static void PackForward(T* weights, T* packed, int inputs, int outputs) =>
        Pack(weights, packed, inputs, outputs, flip: false);

    /// <summary>U of the weights turned by half a turn, with input and output channels exchanged: [36][block of ci][co][2 vectors].</summary>
    public static void PackDataGradient(T* weights, T* packed, int inputs, int outputs) =>
        Pack(weights, packed, inputs, outputs, flip: true);

    /// <summary>dw = G^T dU G from dU [36][block of co][ci][2 vectors].</summary>
    public static void FinishGradient(T* points, T* weightGradient, int inputs, int outputs)
    {
        int width = Vector256<T>.Count, lanes = InnerProduct<T>.ChannelsPerBlock;
        int pointStep = InnerProduct<T>.Blocks(outputs) * inputs * lanes;
        T* rows = stackalloc T[18 * width];
        T* taps = stackalloc T[9 * width];
        for (int first = 0; first < outputs; first += width)
            for (int c = 0; c < inputs; c++)
            {
                T* from = points + (first / lanes * inputs + c) * lanes + first % lanes;
                for (int x = 0; x < 6; x++)
                    WinogradTransform<T>.WeightGradient(from + x * pointStep, 6 * pointStep, rows + x * width, 6 * width);
                for (int y = 0; y < 3; y++)
                    WinogradTransform<T>.WeightGradient(rows + y * 6 * width, width, taps + y * 3 * width, width);
                for (int tap = 0; tap < 9; tap++)
                    for (int lane = 0; lane < Math.Min(width, outputs - first); lane++)
                        weightGradient[(tap * inputs + c) * outputs + first + lane] = taps[tap * width + lane];
            }
    }

    private static void Pack(T* weights, T* packed, int inputs, int outputs, bool flip)
    {
        int width = Vector256<T>.Count, lanes = InnerProduct<T>.ChannelsPerBlock;
        int depth = flip ? outputs : inputs, blocks = InnerProduct<T>.Blocks(flip ? inputs : outputs);
        int pointStep = blocks * depth * lanes;
        new Span<T>(packed, 36 * pointStep).Clear();
        T* taps = stackalloc T[9 * width];
        T* rows = stackalloc T[18 * width];
        T* points = stackalloc T[36 * width];
        for (int c = 0; c < inputs; c++)
            for (int first = 0; first < outputs; first += width)
            {
                int count = Math.Min(width, outputs - first);
                for (int tap = 0; tap < 9; tap++)
                    for (int lane = 0; lane < count; lane++)
                        taps[(flip ? 8 - tap : tap) * width + lane] = weights[(tap * inputs + c) * outputs + first + lane];
                for (int y = 0; y < 3; y++)
                    WinogradTransform<T>.Weights(taps + y * 3 * width, width, rows + y * 6 * width, width);
                for (int x = 0; x < 6; x++)
                    WinogradTransform<T>.Weights(rows + x * width, 6 * width, points + x * width, 6 * width);
                for (int lane = 0; lane < count; lane++)
                {
                    (int from, int to) = flip ? (first + lane, c) : (c, first + lane);
                    T* place = packed + (to / lanes * depth + from) * lanes + to % lanes;
                    for (int point = 0; point < 36; point++)
                        place[point * pointStep] = points[point * width + lane];
                }
            }
    }
}
