using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Etalon.Engine.Tests.Ranks;

/// <summary>Ranks that are threads of one process: a message is a copy in memory, and nothing else is another than between
/// processes.</summary>
internal sealed unsafe class ThreadCommunicator : Communicator
{
    private readonly Mail _mail;
    private readonly List<Func<bool>> _transfers = [];

    private ThreadCommunicator(int rank, int size, Mail mail, TimeSpan? patience) : base(rank, size, patience) => _mail = mail;

    /// <summary>Does the same on so many ranks at once, and returns what each one returned; throws what the first to fail
    /// threw.</summary>
    public static IReadOnlyList<TResult> Run<TResult>(int size, Func<Communicator, TResult> body, TimeSpan? patience = null)
    {
        var mail = new Mail();
        var results = new TResult[size];
        ExceptionDispatchInfo? failure = null;
        Thread[] threads = [.. Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            using var ranks = new ThreadCommunicator(rank, size, mail, patience);
            try
            {
                results[rank] = body(ranks);
            }
#pragma warning disable CA1031 // It is thrown again on the thread of the test.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(exception), null);
            }
        }))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        failure?.Throw();
        return results;
    }

    public override int StartSend(int to, int tag, byte* data, long bytes)
    {
        byte[] message = new ReadOnlySpan<byte>(data, checked((int)bytes)).ToArray();
        var box = _mail.Between(Rank, to, tag);
        lock (box) box.Add(message);
        return Add(() => true);
    }

    public override int StartReceive(int from, int tag, byte* data, long bytes)
    {
        var box = _mail.Between(from, Rank, tag);
        int place = _mail.NextPlace(from, Rank, tag);
        var target = (nint)data;
        return Add(() =>
        {
            lock (box)
            {
                if (box.Count <= place) return false;
                if (box[place].Length != bytes)
                    throw new InvalidOperationException($"{box[place].Length} bytes came for {bytes} with tag {tag}");
                Marshal.Copy(box[place], 0, target, box[place].Length);
                box[place] = [];
                return true;
            }
        });
    }

    public override bool IsDone(int transfer) => _transfers[transfer]();

    private int Add(Func<bool> isDone)
    {
        _transfers.Add(isDone);
        return _transfers.Count - 1;
    }

    private sealed class Mail
    {
        private readonly Dictionary<(int From, int To, int Tag), List<byte[]>> _boxes = [];
        private readonly Dictionary<(int From, int To, int Tag), int> _places = [];

        public List<byte[]> Between(int from, int to, int tag)
        {
            lock (_boxes)
            {
                if (!_boxes.TryGetValue((from, to, tag), out var box)) _boxes[(from, to, tag)] = box = [];
                return box;
            }
        }

        // Of those that receive from here: the first takes the first message.
        public int NextPlace(int from, int to, int tag)
        {
            lock (_places)
            {
                int place = _places.GetValueOrDefault((from, to, tag));
                _places[(from, to, tag)] = place + 1;
                return place;
            }
        }
    }
}
