using System.Numerics;
using Etalon.Engine.Kernels;
using Etalon.Engine.Monitors;

namespace Etalon.Engine;

/// <summary>
/// Watches updates of some parameter tensors from outside: one pass over weights, gradients and buffer before, one over the weights after.
/// </summary>
/// <remarks>It changes nothing that is trained, and allocates no managed memory after it was made.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class UpdateMonitor<T> : IDisposable where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly Region<T> _before = new();
    private readonly GroupSums<T> _sumsBefore, _sumsAfter;
    private readonly bool _hasBuffer;

    /// <summary>A monitor of some of the parameters.</summary>
    /// <param name="weights">w.</param>
    /// <param name="gradients">g, laid out as the parameters.</param>
    /// <param name="buffer">v, laid out as the parameters; null where there is none.</param>
    /// <param name="groups">The names of the tensors to watch, group by group.</param>
    public UpdateMonitor(Region<T> weights, Region<T> gradients, Region<T>? buffer, IReadOnlyList<IReadOnlyList<string>> groups)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(gradients);
        ArgumentNullException.ThrowIfNull(groups);
        _hasBuffer = buffer is not null;
        var read = buffer ?? gradients;
        _before.Mirror(weights);
        _before.Allocate();
        _sumsBefore = new GroupSums<T>(weights, groups, UpdateSums.OfBefore, (at, length, sums) =>
            UpdateSums.Before(weights.Pointer + at, gradients.Pointer + at, read.Pointer + at, _before.Pointer + at, length, sums));
        _sumsAfter = new GroupSums<T>(weights, groups, UpdateSums.OfAfter, (at, length, sums) =>
            UpdateSums.After(_before.Pointer + at, weights.Pointer + at, length, sums));
    }

    /// <summary>Called when the gradient is there and nothing has been updated.</summary>
    public void Before(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        _sumsBefore.Run(workers);
    }

    /// <summary>Called right after the update.</summary>
    public void After(Workers workers)
    {
        ArgumentNullException.ThrowIfNull(workers);
        _sumsAfter.Run(workers);
    }

    /// <summary>The products of a group, by its place among those watched; after the last one, of all together.</summary>
    public UpdateProducts this[int group]
    {
        get
        {
            ReadOnlySpan<double> before = _sumsBefore[group], after = _sumsAfter[group];
            return new UpdateProducts
            {
                WeightSquare = before[0],
                GradientSquare = before[1],
                BufferSquare = _hasBuffer ? before[2] : 0,
                GradientWeight = before[3],
                BufferWeight = _hasBuffer ? before[4] : 0,
                BufferGradient = _hasBuffer ? before[5] : 0,
                NextSquare = after[0],
                ChangeSquare = after[1],
                ChangeWeight = after[2],
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _before.Dispose();
}
