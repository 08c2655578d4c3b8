using System.Text;
using System.Text.RegularExpressions;
using Etalon.Engine;
using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Runs;

/// <summary>
/// metrics.jsonl torn at every byte: what a reader sees of it, whether a checkpoint can go on from it, and what is there in the end.
/// </summary>
public sealed partial class MetricsTests : IDisposable
{
    private const int Updates = 8, Every = 3, PerEpoch = 4;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_file_torn_at_any_byte_is_gone_on_with_exactly_from_each_mark_that_it_holds_and_refused_from_each_other()
    {
        string path = Path.Combine(_folder.Path, "metrics.jsonl");
        List<MetricsPosition> marks = Write(path, from: 0, default);
        byte[] whole = File.ReadAllBytes(path);
        string expected = WithoutSpeed(whole);
        Assert.True(marks.Select(mark => mark.Bytes).Distinct().Count() > 4);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal(whole[..length].Count(letter => letter == '\n'), MetricsFile.Read(path).Count);
            // What is after the mark may be torn or missing, nothing before it.
            Assert.All(marks, mark => Assert.Equal(length >= mark.Bytes, mark.FaultIn(path) is null));
        }
        for (int update = 0; update < marks.Count; update++)
        {
            // From each mark: cut right there, in the middle of the next line, and not at all.
            long at = marks[update].Bytes, next = marks.FirstOrDefault(mark => mark.Bytes > at).Bytes;
            foreach (long length in (long[])[at, at + 1, (at + next) / 2, next - 1, whole.Length])
            {
                if (length < at || length > whole.Length) continue;
                File.WriteAllBytes(path, whole[..(int)length]);
                Write(path, update, marks[update]);
                Assert.Equal(expected, WithoutSpeed(File.ReadAllBytes(path)));
            }
        }
    }

    [Fact]
    public void A_file_torn_at_any_byte_goes_on_exactly_from_the_mark_before_the_tear()
    {
        string path = Path.Combine(_folder.Path, "metrics.jsonl");
        List<MetricsPosition> marks = Write(path, from: 0, default);
        byte[] whole = File.ReadAllBytes(path);
        string expected = WithoutSpeed(whole);
        for (int length = 0; length <= whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            int update = marks.FindLastIndex(mark => mark.FaultIn(path) is null);
            Write(path, update, marks[update]);
            Assert.Equal(expected, WithoutSpeed(File.ReadAllBytes(path)));
        }
    }

    [Fact]
    public void A_place_in_the_middle_of_a_line_is_no_mark()
    {
        string path = Path.Combine(_folder.Path, "metrics.jsonl");
        var marks = Write(path, from: 0, default);
        var wrong = marks[^1] with { Bytes = marks[^1].Bytes - 1 };
        Assert.Contains("no line that ends at byte", wrong.FaultIn(path), StringComparison.Ordinal);
        File.Delete(path);
        Assert.Contains("is missing", marks[^1].FaultIn(path), StringComparison.Ordinal);
        Assert.Null(marks[0].FaultIn(path));
    }

    // Writes what a run of made-up numbers would from one update on; gives the mark before each, and the last.
    private static List<MetricsPosition> Write(string path, int from, MetricsPosition at)
    {
        using var writer = new MetricsWriter(path, Every, at);
        List<MetricsPosition> marks = [];
        for (int step = from; step < Updates; step++)
        {
            marks.Add(writer.Mark);
            double epoch = (step + 1.0) / PerEpoch;
            writer.Updated(
                new UpdateReport(step, epoch, new LossResult(1.7 * step + 0.1, step % 5, 7),
                    new Hyperparameters(0.1 / (step + 1), 5e-4, 0.9), step * 0.25)
                { IsLast = step + 1 == Updates });
            if ((step + 1) % PerEpoch == 0)
                writer.Evaluated(new EvaluationReport(step, epoch, new SplitResult(new LossResult(3.3 / (step + 1), step, 60), []), null));
        }
        marks.Add(writer.Mark);
        return marks;
    }

    private static string WithoutSpeed(byte[] lines) => Speed().Replace(Encoding.UTF8.GetString(lines), "");

    [GeneratedRegex(",\"images_per_second\":[^,}]*")]
    private static partial Regex Speed();
}
