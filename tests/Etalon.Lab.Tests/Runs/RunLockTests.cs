using Etalon.Lab.Runs;

namespace Etalon.Lab.Tests.Runs;

/// <summary>A run that several hosts want, on a file system whose locks hold on no other host, by clocks that are minutes apart.</summary>
public sealed class RunLockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTime _time = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(-10)]
    [InlineData(0)]
    [InlineData(10)]
    public void A_run_whose_holder_shows_a_beat_between_two_looks_is_held(int minutes)
    {
        using var held = Take(Host("one"));
        using var attempt = Begin(Host("two", minutes));
        Assert.Equal(LockSight.Unsure, attempt.Look());
        _time.Pass(LockHost.Beat);
        Assert.Equal(LockSight.Held, attempt.Look());
        held.Require();
    }

    [Theory]
    [InlineData(-10)]
    [InlineData(0)]
    [InlineData(10)]
    public void A_dead_holders_run_is_taken_over_after_a_minute_without_a_beat_and_not_before(int minutes)
    {
        var one = Host("one");
        using var held = Take(one);
        Clock(one).IsStopped = true;
        // However long it is dead: what counts is how long it was looked at.
        _time.Pass(TimeSpan.FromHours(1));
        using var attempt = Begin(Host("two", minutes));
        for (var seen = TimeSpan.Zero; seen < TimeSpan.FromSeconds(60); seen += LockHost.Beat)
        {
            Assert.Equal(LockSight.Unsure, attempt.Look());
            _time.Pass(LockHost.Beat);
        }
        Assert.Equal(LockSight.Taken, attempt.Look());
        using var taken = attempt.Taken!;
        taken.Require();

        // The one that was only stopped finds it out before it writes.
        var refused = Assert.Throws<IOException>(held.Require);
        Assert.Contains("was taken over by two", refused.Message, StringComparison.Ordinal);
        Clock(one).IsStopped = false;
        _time.Pass(LockHost.Beat);
        Assert.Throws<IOException>(held.Require);
        taken.Require();
    }

    [Fact]
    public void Who_waits_for_a_holder_on_another_host_says_so_once()
    {
        File.WriteAllText(Path.Combine(_folder.Path, RunHolder.Name), new RunHolder("gone", "boot", "killed", 7).Text);
        var clock = new HurriedClock();
        var said = new List<string>();
        using var taken = RunLock.TryTake(_folder.Path, new LockHost("here", "boot", clock) { HasLocks = false }, said.Add,
            TestContext.Current.CancellationToken);
        Assert.NotNull(taken);
        Assert.Equal(
            $"{_folder.Path} was trained by a process on gone, another host; waiting 60 s, and going on if it shows no life",
            Assert.Single(said));
        Assert.Equal(LockHost.Takeover, clock.GetElapsedTime(0));
    }

    [Fact]
    public void Who_is_told_to_stop_waits_no_longer_and_leaves_the_run_as_it_was()
    {
        string holder = Path.Combine(_folder.Path, RunHolder.Name), text = new RunHolder("gone", "boot", "killed", 7).Text;
        File.WriteAllText(holder, text);
        using var stop = new CancellationTokenSource();
        Assert.ThrowsAny<OperationCanceledException>(() => RunLock.TryTake(_folder.Path, _ => stop.Cancel(), stop.Token));
        Assert.Equal(text, File.ReadAllText(holder));
        Assert.False(RunLock.IsHeld(_folder.Path));
    }

    [Fact]
    public void Of_two_hosts_that_wait_for_the_same_dead_holder_one_takes_over()
    {
        var one = Host("one");
        using var held = Take(one);
        Clock(one).IsStopped = true;
        using LockAttempt second = Begin(Host("two", 10)), third = Begin(Host("three", -10));
        Assert.Equal([LockSight.Unsure, LockSight.Unsure], [second.Look(), third.Look()]);
        _time.Pass(LockHost.Takeover);
        Assert.Equal([LockSight.Taken, LockSight.Held], [second.Look(), third.Look()]);
        second.Taken!.Dispose();
    }

    [Fact]
    public void A_run_that_was_let_go_is_free_at_once_on_every_host()
    {
        Take(Host("one")).Dispose();
        using var taken = Take(Host("two"));
        taken.Require();
    }

    [Fact]
    public void On_one_host_the_systems_lock_decides_so_that_a_killed_run_is_free_at_once()
    {
        // What a process that was killed leaves behind.
        string holder = Path.Combine(_folder.Path, RunHolder.Name);
        File.WriteAllText(holder, new RunHolder(LockHost.This.Name, LockHost.This.Boot, "killed", 7).Text);
        using (var taken = RunLock.TryTakeAtOnce(_folder.Path))
        {
            Assert.NotNull(taken);
            Assert.Null(RunLock.TryTakeAtOnce(_folder.Path));
            Assert.True(RunLock.IsHeld(_folder.Path));
        }
        Assert.False(File.Exists(holder));

        // The same after another boot may be another host of this name.
        File.WriteAllText(holder, new RunHolder(LockHost.This.Name, "another", "elsewhere", 7).Text);
        Assert.Null(RunLock.TryTakeAtOnce(_folder.Path));
        Assert.NotNull(RunLock.HolderElsewhere(_folder.Path));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_hosts_do_and_however_long_they_stand_still_there_are_never_two_that_may_write(int seed)
    {
        var random = new Random(20_261_130 + seed);
        LockHost[] hosts = [Host("one"), Host("two", 10), Host("three", -10)];
        var locks = new RunLock?[hosts.Length];
        var attempts = new LockAttempt?[hosts.Length];
        int taken = 0, takenOver = 0;
        for (int step = 0; step < 2000; step++)
        {
            int i = random.Next(hosts.Length);
            switch (random.Next(6))
            {
                case 0:
                    Clock(hosts[i]).IsStopped = random.Next(2) == 0;
                    break;
                case 1 when locks[i] is not null && random.Next(4) == 0:
                    locks[i]!.Dispose();
                    locks[i] = null;
                    break;
                case 2 or 3 when locks[i] is null && !Clock(hosts[i]).IsStopped:
                    attempts[i] ??= Begin(hosts[i]);
                    var sight = attempts[i]!.Look();
                    if (sight == LockSight.Unsure) break;
                    if (sight == LockSight.Taken)
                    {
                        taken++;
                        if (locks.Any(held => held is not null)) takenOver++;
                        locks[i] = attempts[i]!.Taken;
                    }
                    attempts[i]!.Dispose();
                    attempts[i] = null;
                    break;
                default:
                    _time.Pass(TimeSpan.FromSeconds(random.Next(30)));
                    break;
            }
            // One that stands still does not ask.
            Assert.True(hosts.Zip(locks).Count(pair => !Clock(pair.First).IsStopped && MayWrite(pair.Second)) <= 1);
        }
        Assert.True(taken > 8 && takenOver > 2);
        foreach (var held in locks) held?.Dispose();
        foreach (var attempt in attempts) attempt?.Dispose();
    }

    private static bool MayWrite(RunLock? held)
    {
        try
        {
            held?.Require();
            return held is not null;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private LockHost Host(string name, int minutes = 0) =>
        new(name, $"boot-of-{name}", new HostClock(_time, TimeSpan.FromMinutes(minutes))) { HasLocks = false };

    private static HostClock Clock(LockHost host) => (HostClock)host.Clock;

    private LockAttempt Begin(LockHost host) => RunLock.TryBegin(_folder.Path, host)!;

    private RunLock Take(LockHost host)
    {
        using var attempt = Begin(host);
        Assert.Equal(LockSight.Taken, attempt.Look());
        return attempt.Taken!;
    }
}
