using System.Runtime.InteropServices;
using System.Text;
using Etalon.Engine.Ranks;

namespace Etalon.Engine;

/// <summary>
/// The processes that train one network together, each with whole chunks of every batch, and how they exchange numbers. They are counted
/// from 0; the images of a lower rank come first in the batch.
/// </summary>
/// <remarks>
/// Every rank makes the same calls in the same order, from one thread. A rank that waits looks again and again, gives its processor to
/// whoever wants it, and throws a <see cref="LostRankException"/> when nothing has come for <see cref="Patience"/>.
/// </remarks>
public abstract unsafe class Communicator : IDisposable
{
    /// <summary>How long a rank waits for another before it takes the other, or the network, for dead.</summary>
    public static TimeSpan DefaultPatience { get; } = TimeSpan.FromSeconds(60);

    private readonly RowGather _gather;

    /// <summary>A communicator of so many ranks.</summary>
    /// <param name="rank">This process's place.</param>
    /// <param name="size">How many there are.</param>
    /// <param name="patience">How long to wait. Default: <see cref="DefaultPatience"/>.</param>
    protected Communicator(int rank, int size, TimeSpan? patience = null)
    {
        (Rank, Size, Patience) = (rank, size, patience ?? DefaultPatience);
        _gather = new RowGather(this);
    }

    /// <summary>One process that trains by itself: nothing is exchanged, and nothing costs.</summary>
    public static Communicator Alone { get; } = new AloneCommunicator();

    /// <summary>This process's place, 0 .. <see cref="Size"/> - 1.</summary>
    public int Rank { get; }

    /// <summary>How many processes there are.</summary>
    public int Size { get; }

    /// <summary>Whether this is the only process.</summary>
    public bool IsAlone => Size == 1;

    /// <summary>Whether this process writes what the run leaves behind, and speaks for all.</summary>
    public bool IsFirst => Rank == 0;

    /// <summary>How long a rank waits for another; time in which this process was stopped does not count.</summary>
    public TimeSpan Patience { get; private set; }

    /// <summary>Whether it is so on any rank: the same answer on all.</summary>
    public bool Any(bool isSo)
    {
        if (IsAlone) return isSo;
        Span<byte> all = stackalloc byte[Size];
        all[Rank] = isSo ? (byte)1 : (byte)0;
        GatherRows(all, 1);
        return all.Contains((byte)1);
    }

    /// <summary>The texts of all ranks, by rank: the same on all.</summary>
    /// <param name="text">This rank's.</param>
    /// <param name="longer">How much longer than usual to wait for the others, who may have something to wait for themselves. Default:
    /// 0.</param>
    public IReadOnlyList<string> Exchange(string text, TimeSpan longer = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (IsAlone) return [text];
        var usual = Patience;
        Patience += longer;
        try
        {
            return Exchanged(text);
        }
        finally
        {
            Patience = usual;
        }
    }

    private string[] Exchanged(string text)
    {
        byte[] own = Encoding.UTF8.GetBytes(text);
        int[] lengths = new int[Size], begins = new int[Size + 1];
        lengths[Rank] = own.Length;
        GatherRows(MemoryMarshal.AsBytes(lengths.AsSpan()), sizeof(int));
        for (int rank = 0; rank < Size; rank++) begins[rank + 1] = begins[rank] + lengths[rank];
        byte[] all = new byte[begins[Size]];
        own.CopyTo(all, begins[Rank]);
        Gather(all, 1, begins);
        return [.. Enumerable.Range(0, Size).Select(rank => Encoding.UTF8.GetString(all, begins[rank], lengths[rank]))];
    }

    /// <summary>Returns when every rank has come here.</summary>
    public void Meet() => Any(false);

    /// <summary>The smallest of the ranks' numbers.</summary>
    internal int Least(int number)
    {
        if (IsAlone) return number;
        Span<int> all = stackalloc int[Size];
        all[Rank] = number;
        GatherRows(MemoryMarshal.AsBytes(all), sizeof(int));
        int least = number;
        foreach (int other in all) least = Math.Min(least, other);
        return least;
    }

    // A row a rank.
    private void GatherRows(Span<byte> rows, int length)
    {
        Span<int> begins = stackalloc int[Size + 1];
        for (int rank = 0; rank <= Size; rank++) begins[rank] = rank;
        Gather(rows, length, begins);
    }

    private void Gather(Span<byte> rows, int length, ReadOnlySpan<int> begins)
    {
        fixed (byte* data = rows)
        {
            _gather.Start(data, length, begins);
            _gather.Finish(null);
        }
    }

    /// <summary>Ends all ranks at once, wherever they are. Returns only where there is nobody to end.</summary>
    public virtual void Abort(int exitCode) { }

    /// <summary>Starts to send; the numbers may not change until it is done.</summary>
    /// <param name="to">The rank that receives.</param>
    /// <param name="tag">Messages of one tag between two ranks arrive in the order of their sending; others pass one another.</param>
    /// <param name="data">The numbers.</param>
    /// <param name="bytes">Their length.</param>
    /// <returns>What to ask <see cref="IsDone"/> about.</returns>
    /// <exception cref="LostRankException">The rank cannot be reached.</exception>
    public abstract int StartSend(int to, int tag, byte* data, long bytes);

    /// <summary>Starts to receive; the numbers are there when it is done.</summary>
    /// <param name="from">The rank that sends.</param>
    /// <param name="tag">The tag it sends with.</param>
    /// <param name="data">Where the numbers belong.</param>
    /// <param name="bytes">Their length, exactly what is sent.</param>
    /// <returns>What to ask <see cref="IsDone"/> about.</returns>
    /// <exception cref="LostRankException">The rank cannot be reached.</exception>
    public abstract int StartReceive(int from, int tag, byte* data, long bytes);

    /// <summary>Whether a transfer is done; one that is may not be asked about again.</summary>
    /// <exception cref="LostRankException">The other rank, or the network to it, has failed.</exception>
    public abstract bool IsDone(int transfer);

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);
}

/// <summary>A process by itself: it has nobody to send to.</summary>
internal sealed unsafe class AloneCommunicator() : Communicator(rank: 0, size: 1)
{
    public override int StartSend(int to, int tag, byte* data, long bytes) => throw Nobody();

    public override int StartReceive(int from, int tag, byte* data, long bytes) => throw Nobody();

    public override bool IsDone(int transfer) => throw Nobody();

    private static InvalidOperationException Nobody() => new("a process by itself has nobody to exchange numbers with");
}

/// <summary>Another rank, or the network to it, does not answer; the ranks cannot continue together.</summary>
public sealed class LostRankException(string message) : IOException(message);
