using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// Tells pages which runs changed, as server-sent events. The folder is looked at once a second while a page listens, whatever their
/// number; a page that reads slowly misses nothing, for it is told only which runs to ask for again.
/// </summary>
/// <param name="store">The runs.</param>
/// <param name="stopping">Ends all streams.</param>
internal sealed class LiveEvents(RunStore store, CancellationToken stopping)
{
    /// <summary>Streams at a time.</summary>
    public const int MostStreams = 256;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1), Silence = TimeSpan.FromSeconds(15),
        TimeToSend = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private readonly HashSet<Listener> _listeners = [];
    private bool _isLooking;

    /// <summary>Streams that are open.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _listeners.Count;
        }
    }

    /// <summary>Sends events until the page goes away.</summary>
    public async Task SendAsync(HttpContext context)
    {
        var listener = new Listener();
        if (!TryAdd(listener))
        {
            await ApiAnswer.ProblemAsync(context.Response, StatusCodes.Status503ServiceUnavailable,
                [$"{MostStreams} pages listen already; close some"]);
            return;
        }
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            context.Response.ContentType = "text/event-stream";
            // A proxy that gathers answers would hold events back.
            context.Response.Headers["X-Accel-Buffering"] = "no";
            await WriteAsync(context, "retry: 1000\nevent: hello\ndata: {}\n\n", ended.Token);
            while (true)
            {
                bool isTold = await listener.WaitAsync(Silence, ended.Token);
                await WriteAsync(context, isTold ? $"event: runs\ndata: {JsonSerializer.Serialize(listener.Take())}\n\n" : ": here\n\n",
                    ended.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The page went away, read nothing for too long, or the server ends.
            context.Abort();
        }
        finally
        {
            lock (_lock) _listeners.Remove(listener);
            listener.Dispose();
        }
    }

    private bool TryAdd(Listener listener)
    {
        lock (_lock)
        {
            if (_listeners.Count >= MostStreams) return false;
            _listeners.Add(listener);
            if (!_isLooking) _ = LookAsync();
            return _isLooking = true;
        }
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(Look);
        while (!stopping.IsCancellationRequested && await timer.WaitForNextTickAsync(CancellationToken.None))
        {
            var changed = store.Refresh();
            lock (_lock)
            {
                if (_listeners.Count == 0)
                {
                    _isLooking = false;
                    return;
                }
                if (changed.Count == 0) continue;
                foreach (var listener in _listeners) listener.Tell(changed);
            }
        }
    }

    private static async Task WriteAsync(HttpContext context, string text, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        late.CancelAfter(TimeToSend);
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), late.Token);
        await context.Response.Body.FlushAsync(late.Token);
    }

    private sealed class Listener : IDisposable
    {
        private readonly HashSet<string> _changed = [];
        private readonly SemaphoreSlim _told = new(0, 1);

        public void Tell(IReadOnlyList<string> changed)
        {
            lock (_changed)
            {
                bool isFirst = _changed.Count == 0;
                _changed.UnionWith(changed);
                if (isFirst) _told.Release();
            }
        }

        public Task<bool> WaitAsync(TimeSpan time, CancellationToken cancellation) => _told.WaitAsync(time, cancellation);

        public IReadOnlyList<string> Take()
        {
            lock (_changed)
            {
                string[] changed = [.. _changed.Order(StringComparer.Ordinal)];
                _changed.Clear();
                return changed;
            }
        }

        public void Dispose() => _told.Dispose();
    }
}
