using Etalon.Engine.Memory;

namespace Etalon.Engine.Ranks;

/// <summary>Sums per channel, in double, where they can be sent from.</summary>
internal sealed unsafe class ChannelTotals
{
    private readonly Region<double> _memory = new();
    private readonly Tensor<double> _sums;

    public ChannelTotals(int count)
    {
        _sums = _memory.Declare("totals", count);
        _memory.Allocate();
    }

    public byte* Data => (byte*)_sums.Pointer;

    public long Bytes => _sums.Length * sizeof(double);

    public ref double this[int index] => ref _sums.Pointer[index];

    public void Clear() => _sums.Span.Clear();
}
