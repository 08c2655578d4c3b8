using System.Diagnostics;
using System.Text;

namespace Etalon.Lab.Tests.Runs;

/// <summary>
/// Damages a file in seeded ways, each kind of damage at each class of its byte positions, and has it read each time: read or refused with
/// file and cause, in bounded time and memory.
/// </summary>
internal sealed class Corruption(string path, int seed)
{
    private const int Repeats = 6, Kinds = 9;
    private const long MostMemory = 256 << 20;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly string[] Words =
        ["-1", "1e400", "99999999999999999999", "null", "[]", "{}", "\"", "NaN", "\u0000", "true", "0.5", "[[[[[[[["];

    private readonly Random _random = new(seed);
    private TimeSpan _longest;
    private long _memory;

    /// <summary>Whether some damaged files may be read: where nothing is under a checksum, a changed number is a number.</summary>
    public bool MayPass { get; init; } = true;

    /// <summary>Puts the damaged bytes into a file; where they are to be packed, it packs them.</summary>
    public Action<byte[]>? Write { get; init; }

    /// <summary>What a message must name; the file unless given.</summary>
    public string? Names { get; init; }

    /// <summary>Damages and reads.</summary>
    /// <param name="good">The whole bytes.</param>
    /// <param name="classes">The positions of each class.</param>
    /// <param name="read">Reads the file; throws what its callers have to handle.</param>
    public void Try(byte[] good, IReadOnlyList<(string Name, int[] Positions)> classes, Action read)
    {
        int cases = 0, refused = 0;
        foreach (var (name, positions) in classes)
        {
            Assert.NotEmpty(positions);
            for (int i = 0; i < Kinds * Repeats; i++)
            {
                byte[] bytes = Damaged(good, positions, i % Kinds);
                if (bytes.AsSpan().SequenceEqual(good)) continue;
                if (Write is null) File.WriteAllBytes(path, bytes);
                else Write(bytes);
                cases++;
                string what = $"{Path.GetFileName(path)}, {name}, damage {i}";
                if (!Reads(read, what)) refused++;
                else Assert.True(MayPass, $"{what} was read as if it were good");
            }
        }
        TestContext.Current.SendDiagnosticMessage(
            $"{Path.GetFileName(path)}: {cases} cases, {refused} refused, at most {_longest.TotalMilliseconds:0.0} ms and "
            + $"{_memory / 1024.0:0} KiB");
        // Neither may be rare where both may be, or the damage does not test what it should.
        Assert.InRange(refused, MayPass ? cases / 50 : cases, cases);
    }

    /// <summary>The classes of a text: its digits, letters, marks and white space.</summary>
    public static IReadOnlyList<(string, int[])> ClassesOfText(byte[] text) =>
    [
        ("digits", Where(text, letter => char.IsAsciiDigit(letter))),
        ("letters", Where(text, letter => char.IsAsciiLetter(letter))),
        ("marks", Where(text, letter => !char.IsAsciiLetterOrDigit(letter) && !char.IsWhiteSpace(letter))),
        ("white space", Where(text, char.IsWhiteSpace)),
    ];

    /// <summary>Classes that follow one another, each from where the one before ends.</summary>
    public static IReadOnlyList<(string, int[])> Parts(params (string Name, int End)[] parts) =>
        [.. parts.Select(
            (part, i) =>
                (part.Name, Enumerable.Range(i == 0 ? 0 : parts[i - 1].End, part.End - (i == 0 ? 0 : parts[i - 1].End)).ToArray()))];

    private static int[] Where(byte[] text, Func<char, bool> isOne) =>
        [.. Enumerable.Range(0, text.Length).Where(i => isOne((char)text[i]))];

    // Whatever takes long is tried again: once slow may be the machine's doing, three times is the reader's.
    private bool Reads(Action read, string what)
    {
        for (int attempt = 1; ; attempt++)
        {
            var (isRead, time) = ReadsOnce(read, what);
            if (time < Longest)
            {
                if (time > _longest) _longest = time;
                return isRead;
            }
            Assert.True(attempt < 3, $"{what} took {time}");
        }
    }

    private (bool IsRead, TimeSpan Time) ReadsOnce(Action read, string what)
    {
        long memory = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        bool isRead = true;
        try
        {
            read();
        }
        catch (InputException exception)
        {
            Assert.All(exception.Problems.Take(1),
                problem => Assert.Contains(Names ?? Path.GetFileName(path), problem, StringComparison.Ordinal));
            Assert.DoesNotContain("   at ", exception.Message, StringComparison.Ordinal);
            isRead = false;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what}: {exception.GetType().Name}: {exception.Message}", exception);
        }
        var time = Stopwatch.GetElapsedTime(start);
        memory = GC.GetAllocatedBytesForCurrentThread() - memory;
        _memory = Math.Max(memory, _memory);
        Assert.InRange(memory, 0, MostMemory);
        return (isRead, time);
    }

    // A bit, a byte, a cut, bytes removed, repeated, swapped, blanked or filled; a number or a word for a piece of text.
    private byte[] Damaged(byte[] good, int[] positions, int kind)
    {
        var bytes = good.ToList();
        int at = positions[_random.Next(positions.Length)], length = Math.Min(_random.Next(1, 16), good.Length - at);
        switch (kind)
        {
            case 0:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)_random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, good[at..(at + length)]);
                break;
            case 5:
                int other = positions[_random.Next(positions.Length)];
                (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                break;
            case 6 or 7:
                for (int i = at; i < at + length; i++) bytes[i] = kind == 6 ? (byte)0 : (byte)255;
                break;
            default:
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(Words[_random.Next(Words.Length)]));
                break;
        }
        return [.. bytes];
    }
}
