using System.Text;
using Etalon.Lab;
using Etalon.Lab.Files;

namespace Etalon.Workbench.Options;

/// <summary>A table of very many rows on its way to a file: after the first of them it is known how long it will be, which is said, and
/// refused where the disk has no room.</summary>
/// <param name="writer">Where the rows go.</param>
/// <param name="path">The file.</param>
/// <param name="rows">How many there will be.</param>
/// <param name="error">Where it is said.</param>
internal sealed class LongTable(TextWriter writer, OutputPath path, long rows, TextWriter error) : TextWriter
{
    /// <summary>Tables of more rows are told of.</summary>
    public const long MostUntold = 1_000_000;

    private const int Sample = 1000;

    private long _bytes, _lines;
    private bool _isTold;

    /// <inheritdoc/>
    public override Encoding Encoding => writer.Encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write([value]);

    /// <inheritdoc/>
    public override void Write(string? value) => Write(value.AsSpan());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<char> buffer)
    {
        if (!_isTold)
        {
            _bytes += Encoding.UTF8.GetByteCount(buffer);
            _lines += buffer.Count('\n');
            if (_lines > Sample) Tell();
        }
        writer.Write(buffer);
    }

    // Rows begin with their number, which has more digits later on.
    private void Tell()
    {
        _isTold = true;
        double bytes = rows * ((double)_bytes / _lines + MeanDigits(rows) - MeanDigits(_lines));
        string size = $"{rows:N0} rows, about {Size(bytes)}";
        if (path.FreeBytes() is { } free && bytes > free)
            throw new InputException(
                $"{path.Name} would have {size}, and its disk has {Size(free)} left; shorten the recipe, or give a file on another disk");
        error.WriteLine($"writing {path.Name}: {size}");
    }

    // Of 0, 1, ..., count - 1: each has the most digits but for one less below each power of ten, and 10 + 100 + ... is a geometric sum.
    private static double MeanDigits(long count)
    {
        double most = Math.Ceiling(Math.Log10(count));
        return most - (Math.Pow(10, most) - 10) / (9 * (double)count);
    }

    private static string Size(double bytes) => bytes switch
    {
        >= 1e12 => $"{bytes / 1e12:N1} TB",
        >= 1e9 => $"{bytes / 1e9:N1} GB",
        _ => $"{bytes / 1e6:N0} MB",
    };
}
