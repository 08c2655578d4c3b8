using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Lab.Files;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// Outcomes kept in the report's folder, so that an interrupted reproduction does not compute them again. Of several processes on one
/// folder the one that holds an outcome's lock computes it, and the others wait for it.
/// </summary>
/// <typeparam name="T">What is kept of each.</typeparam>
/// <param name="run">Where, and who hears of it.</param>
/// <param name="folder">The folder of the report, or of its runs. Default: that of the report.</param>
internal sealed class OutcomeCache<T>(ClaimRun run, string? folder = null) where T : class
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// Many outcomes, several at a time, each on one thread. Those that other processes compute come last, so that processes on one folder
    /// share the work.
    /// </summary>
    /// <param name="items">What outcomes there are; begun in this order.</param>
    /// <param name="wanted">Of each the name, the settings and what gives a new one, as <see cref="Get"/> takes them.</param>
    /// <param name="got">Hears of each; not one call at a time.</param>
    /// <exception cref="OperationCanceledException">It was canceled; what is done is kept.</exception>
    public void ForEach<TItem>(
        IReadOnlyList<TItem> items, Func<TItem, (string Name, object Settings, Func<T> Train)> wanted, Action<TItem, T> got)
    {
        var later = new ConcurrentQueue<int>();
        void Take(int i, bool waits)
        {
            var (name, settings, train) = wanted(items[i]);
            if (Find(name, settings, train, waits) is { } outcome) got(items[i], outcome);
            else later.Enqueue(i);
        }

        ParallelRuns.ForEach([.. Enumerable.Range(0, items.Count)], run.Threads, i => Take(i, waits: false), run.Cancellation);
        ParallelRuns.ForEach([.. later.Order()], run.Threads, i => Take(i, waits: true), run.Cancellation);
    }

    /// <summary>An outcome: the kept one, or a new one, which is kept.</summary>
    /// <param name="name">Its name in the folder.</param>
    /// <param name="settings">Whatever decides it; outcomes of other settings, or of another version, are not used.</param>
    /// <param name="train">Gives a new one.</param>
    /// <exception cref="OperationCanceledException">It was canceled while another process computed it.</exception>
    public T Get(string name, object settings, Func<T> train) => Find(name, settings, train, waits: true)!;

    // Null where another process computes it and nobody waits.
    private T? Find(string name, object settings, Func<T> train, bool waits)
    {
        string identity = Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    JsonSerializer.Serialize(new { RunIdentity.ThisVersion, Arithmetic = Arithmetic.Version, Settings = settings },
                        Json))))[..16];
        string path = Path.Combine(folder ?? run.Folder, "kept", $"{name}-{identity}.json"), work = $"{path}.work";
        for (bool isTold = false; ; isTold = true)
        {
            if (Read(path) is { } kept) return kept;
            using (var held = TryHold(work))
                if (held is not null) return Compute(path, work, train);
            if (!waits) return null;
            if (!isTold) run.Report($"{name}: another process computes it; waiting for it");
            run.Cancellation.WaitHandle.WaitOne(BetweenLooks);
            run.Cancellation.ThrowIfCancellationRequested();
        }
    }

    private static T Compute(string path, string work, Func<T> train)
    {
        try
        {
            // Whoever held the lock before may have kept it.
            if (Read(path) is { } kept) return kept;
            var outcome = train();
            AtomicFile.Write(path, writer => writer.Write(JsonSerializer.Serialize(outcome, Json)));
            return outcome;
        }
        finally
        {
            TakeAway(work);
        }
    }

    // Null while another process holds it, or has taken the folder away just now.
    private RunLock? TryHold(string work)
    {
        Directory.CreateDirectory(work);
        try
        {
            return RunLock.TryTake(work, run.Report, run.Cancellation);
        }
        catch (IOException) when (!Directory.Exists(work))
        {
            return null;
        }
    }

    private static void TakeAway(string work)
    {
        try
        {
            Directory.Delete(work, recursive: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Where open files cannot be deleted it stays, and means nothing.
        }
    }

    private static T? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException
            or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Damaged or not to be read, in whatever way: trained anew, and the others are used.
            return null;
        }
    }
}
