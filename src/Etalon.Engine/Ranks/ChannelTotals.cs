using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Etalon.Engine.Ranks;

/// <summary>Sums per channel, in double, where they can be sent from.</summary>
internal sealed unsafe class ChannelTotals(int count)
{
    // Pinned: the address stays, for those who send it.
    private readonly double[] _sums = GC.AllocateArray<double>(count, pinned: true);

    public byte* Data => (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_sums));

    public long Bytes => (long)_sums.Length * sizeof(double);

    public ref double this[int index] => ref _sums[index];

    public void Clear() => Array.Clear(_sums);
}
