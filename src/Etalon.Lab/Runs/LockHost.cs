namespace Etalon.Lab.Runs;

/// <summary>Who asks for the lock of a run, and by which clock it waits. Clocks of two hosts are never compared.</summary>
/// <param name="Name">The host's name.</param>
/// <param name="Boot">What the host's kernel is known by from its start to its end.</param>
/// <param name="Clock">The host's clock.</param>
internal sealed record LockHost(string Name, string Boot, TimeProvider Clock)
{
    /// <summary>How often a holder shows that it lives.</summary>
    public static readonly TimeSpan Beat = TimeSpan.FromSeconds(5);

    /// <summary>How long another host sees no beat before it takes a run over.</summary>
    public static readonly TimeSpan Takeover = TimeSpan.FromSeconds(60);

    /// <summary>After so long without a beat a run is shown as interrupted.</summary>
    public static readonly TimeSpan Sight = 2 * Beat;

    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    /// <summary>This host.</summary>
    public static LockHost This { get; } = new(NameOf(Environment.MachineName), BootOfThis(), TimeProvider.System);

    /// <summary>Whether the operating system's locks hold; false only where a test plays two hosts on a file system without them.</summary>
    public bool HasLocks { get; init; } = true;

    /// <summary>This moment.</summary>
    public HostMoment Now => new(Clock.GetTimestamp(), Clock.GetUtcNow().Ticks);

    /// <summary>
    /// Whether so much time has passed since a moment by either of the host's clocks: the one that nobody can set stands still while the
    /// machine sleeps.
    /// </summary>
    public bool HasPassed(TimeSpan time, HostMoment since) => Clock.GetElapsedTime(since.Timestamp) >= time
        || TimeSpan.FromTicks(Now.Ticks - since.Ticks).Duration() >= time;

    /// <summary>Waits, by the host's clock.</summary>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public void Wait(TimeSpan time, CancellationToken cancellation = default) =>
        Task.Delay(time, Clock, cancellation).GetAwaiter().GetResult();

    // A word in a line of words.
    private static string NameOf(string name) => name.Any(char.IsWhiteSpace) || name.Length == 0 ? "host" : name;

    // It counts only together with the name.
    private static string BootOfThis()
    {
        try
        {
            return File.ReadAllText(BootFile).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "unknown";
        }
    }
}

/// <summary>A moment by both clocks of a host.</summary>
/// <param name="Timestamp">By the one that nobody can set.</param>
/// <param name="Ticks">By the one on the wall, in 100 ns.</param>
internal readonly record struct HostMoment(long Timestamp, long Ticks);
