using System.Diagnostics;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.ScalarLogs;
using Etalon.Lab.Tests.Fuzzing;

namespace Etalon.Lab.Tests.ScalarLogs;

/// <summary>
/// Damaged logs are read or refused with a word, and never end a program. ETALON_CASES=3000 tries that many of each format.
/// </summary>
public sealed class MutatedLogTests : IDisposable
{
    private const int Whole = 3000, Seed = 20_261_130, MostAttempts = 4;
    private const long MostBytes = 256L << 20;

    private static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    private static readonly string[] _words =
        ["NaN", "1e400", "-1", "\"", "{", "}", ",", "\n", "9223372036854775807", "null", "step", "lr", " - ", "__MIN", "\0", "é", "1e-400"];

    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-mutated").FullName;

    public static TheoryData<string> Formats => [.. SampleLogs.Formats];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Formats))]
    public void A_damaged_log_is_read_or_refused_in_little_time_and_memory(string format)
    {
        string path = SampleLogs.Write(_folder, format),
            file = Directory.Exists(path) ? Path.Combine(path, "metrics/train/learning_rate") : path;
        byte[] whole = File.ReadAllBytes(file);
        int read = 0, cases = FuzzFaults.Cases(Whole);
        for (int i = 0; i < cases; i++)
        {
            var random = new Random(Seed + i);
            File.WriteAllBytes(file, Mutated(whole, random));
            // What took long may have waited for other processes, and is tried again.
            var least = TimeSpan.MaxValue;
            for (int attempt = 0; attempt < MostAttempts && least >= MostTime; attempt++)
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                var clock = Stopwatch.StartNew();
                bool isRead = IsRead(path, format, withPieces: i % 10 == 0);
                if (clock.Elapsed < least) least = clock.Elapsed;
                if (isRead && attempt == 0) read++;
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
            }
            Assert.True(least < MostTime, $"case {i} took {least}");
        }
        Assert.InRange(read, 0, cases);
    }

    // The search for pieces is tried on some: it is the same for every format.
    private static bool IsRead(string path, string format, bool withPieces)
    {
        try
        {
            var schedule = LoggedSchedule.Of(LogFormat.ReadAny(path, format == "wandb-chart" ? "big - run 2" : null), new());
            _ = schedule.Phases();
            if (withPieces) _ = SchedulePieces.Of(schedule);
            return true;
        }
        catch (InputException exception)
        {
            Assert.Contains(Path.GetFileName(path), exception.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static byte[] Mutated(byte[] whole, Random random)
    {
        var bytes = whole.ToList();
        for (int edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                    break;
                case 2:
                    bytes.InsertRange(at, System.Text.Encoding.UTF8.GetBytes(_words[random.Next(_words.Length)]));
                    break;
                case 3:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 200))));
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
