using System.Numerics;
using Etalon.Engine;

namespace Etalon.Lab.Models;

/// <summary>A block of a residual network: its name, its channels, and the stride of its first convolution.</summary>
internal readonly record struct ResidualBlock(string Name, int Channels, int Stride)
{
    private const int Stages = 3;

    /// <summary>
    /// The blocks of a network of depth 6n + 2: n in each of three stages, of which the second and third begin with stride 2.
    /// </summary>
    public static IEnumerable<ResidualBlock> All(ModelSpec spec)
    {
        int blocks = (spec.Depth!.Value - 2) / (2 * Stages);
        for (int stage = 1; stage <= Stages; stage++)
            for (int block = 1; block <= blocks; block++)
                yield return new($"stage{stage}.block{block}", spec.Width << (stage - 1), stage > 1 && block == 1 ? 2 : 1);
    }

    /// <summary>Whether the shortcut needs a projection.</summary>
    public bool Changes<T>(Signal<T> x) where T : unmanaged, IFloatingPointIeee754<T> => Stride != 1 || x.Map.Channels != Channels;
}
