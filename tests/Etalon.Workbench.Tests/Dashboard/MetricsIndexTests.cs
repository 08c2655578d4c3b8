using System.Globalization;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Workbench.Dashboard;

namespace Etalon.Workbench.Tests.Dashboard;

public class MetricsIndexTests
{
    private const int Lines = 5000;

    [Theory]
    [InlineData("train/loss")]
    [InlineData("test/loss")]
    [InlineData("lr")]
    public void A_curve_of_few_points_is_what_the_file_says(string metric)
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(Lines));
        var index = new MetricsIndex(file);
        Assert.True(index.CatchUp(TestContext.Current.CancellationToken));
        var curve = index.Curve(metric, new CurveView(0, Lines, 4000));

        var lines = MetricsFile.With(metric, file);
        Assert.False(curve.IsReduced);
        Assert.Equal(lines.Select(line => line["step"] + 1), curve.X);
        Assert.Equal(lines.Select(line => (float)line[metric]), curve.Y);
    }

    [Theory]
    [InlineData(40, false, 0, 5000)]
    [InlineData(40, true, 1, 5000)]
    [InlineData(64, false, 700.5, 3210.5)]
    [InlineData(200, true, 3, 4000)]
    public void A_curve_of_many_points_has_the_least_and_greatest_of_each_pixel(int pixels, bool isLog, double from, double to)
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(Lines));
        var index = new MetricsIndex(file);
        index.CatchUp(TestContext.Current.CancellationToken);
        var curve = index.Curve("train/loss", new CurveView(from, to, pixels, isLog));
        Assert.True(curve.IsReduced);
        Assert.True(curve.X.Length <= 2 * (pixels + 2) + 2);

        var drawn = curve.X.Zip(curve.Y).ToHashSet();
        var all = MetricsFile.With("train/loss", file).Select(line => (X: line["step"] + 1, Y: (float)line["train/loss"])).ToList();
        Assert.All(drawn, point => Assert.Contains(point, all));
        // Blocks of 64 lines belong to the pixel of their middle, so extremes of any stretch of pixels hold to within a block.
        var inside = all.Where(point => point.X > from && point.X <= to).ToList();
        Assert.Equal(inside.Max(point => point.Y),
            drawn.Where(point => point.First > from && point.First <= to).Max(point => point.Second));
        Assert.Equal(inside.Min(point => point.Y),
            drawn.Where(point => point.First > from && point.First <= to).Min(point => point.Second));
        Assert.Equal(curve.X.Order(), curve.X);
        // What is told as the last value is the last.
        Assert.Contains(inside.Last(), drawn);
        if (!isLog && from == 0) Assert.Contains(inside[0], drawn);
    }

    // An axis in other units, nine tenths of whose width are the first tenth of the updates.
    [Fact]
    public void On_an_axis_in_other_units_each_of_its_pixels_has_its_least_and_greatest()
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(Lines));
        var index = new MetricsIndex(file);
        index.CatchUp(TestContext.Current.CancellationToken);
        double[] knots = [.. Enumerable.Range(0, 11).Select(i => i < 10 ? 500.0 * i / 9 : Lines)];
        var view = new CurveView(0, Lines, 100) { Knots = knots };
        var curve = index.Curve("train/loss", view);
        Assert.True(curve.IsReduced);
        var drawn = curve.X.Zip(curve.Y).ToHashSet();
        foreach (var pixel in MetricsFile.With("train/loss", file).Select(line => (X: line["step"] + 1, Y: (float)line["train/loss"]))
            .GroupBy(point => (int)Math.Floor(view.At(point.X))).Where(pixel => pixel.Key < (int)view.At(448)))
        {
            Assert.Contains(pixel.MinBy(point => point.Y), drawn);
            Assert.Contains(pixel.MaxBy(point => point.Y), drawn);
        }
        Assert.True(curve.X.Count(x => x <= 500) > 150, "the part that is wide has points of its own");
    }

    [Fact]
    public void Means_over_pixels_are_the_means_of_their_points()
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(Lines));
        var index = new MetricsIndex(file);
        index.CatchUp(TestContext.Current.CancellationToken);
        var curve = index.Curve("train/loss", new CurveView(0, Lines, 500, AreMeans: true));
        var naive = MetricsFile.With("train/loss", file).GroupBy(line => Math.Floor((line["step"] + 1) / 10))
            .Where(pixel => pixel.Key < 500).Select(pixel => pixel.Average(line => line["train/loss"])).ToList();
        Assert.Equal(naive.Count, curve.Y.Length);
        for (int i = 0; i < naive.Count; i++) Assert.Equal(naive[i], curve.Y[i], tolerance: 1e-6);
    }

    // As a run writes while the page reads: at any byte, in the middle of a line or of a number.
    [Fact]
    public void Read_in_any_pieces_it_is_the_same_index()
    {
        using var folder = new TemporaryFolder();
        byte[] bytes = System.Text.Encoding.UTF8.GetBytes(WrittenRun.Text(WrittenRun.Lines(1000)));
        string file = Path.Combine(folder.Path, "metrics.jsonl");
        var index = new MetricsIndex(file);
        Assert.False(index.CatchUp(TestContext.Current.CancellationToken));
        var random = new Random(7);
        for (int at = 0; at < bytes.Length;)
        {
            int next = Math.Min(bytes.Length, at + random.Next(1, 4000));
            using (var stream = new FileStream(file, FileMode.Append)) stream.Write(bytes.AsSpan(at, next - at));
            at = next;
            index.CatchUp(TestContext.Current.CancellationToken);
            Assert.True(index.Bytes <= at);
        }
        var whole = new MetricsIndex(file);
        whole.CatchUp(TestContext.Current.CancellationToken);
        Assert.Equal(whole.Lines, index.Lines);
        foreach (string name in whole.Names)
        {
            foreach (int pixels in (int[])[16, 2000])
            {
                Curve one = whole.Curve(name, new CurveView(0, 1000, pixels)), other = index.Curve(name, new CurveView(0, 1000, pixels));
                Assert.Equal(one.X, other.X);
                Assert.Equal(one.Y, other.Y);
            }
        }
        Assert.Equal(0, index.Restarts);
    }

    // A resumed run cuts its metrics at the checkpoint and writes on.
    [Fact]
    public void A_file_that_was_cut_and_written_on_is_read_anew()
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(1000));
        var index = new MetricsIndex(file);
        index.CatchUp(TestContext.Current.CancellationToken);
        File.WriteAllText(file, WrittenRun.Text(WrittenRun.Lines(600)) + WrittenRun.Text(WrittenRun.Lines(1200, seed: 2).Skip(606)));
        index.CatchUp(TestContext.Current.CancellationToken);
        Assert.Equal(1, index.Restarts);
        var expected = MetricsFile.With("train/loss", file);
        Assert.Equal(expected.Select(line => (float)line["train/loss"]), index.Curve("train/loss", new CurveView(0, 1200, 4000)).Y);
    }

    [Theory]
    [InlineData("{\"step\":1000,\"train/loss\":}")]
    [InlineData("{\"step\":1000,\"train/loss\":1} x")]
    [InlineData("[1]")]
    [InlineData("{\"step\":1.5,\"train/loss\":1}")]
    [InlineData("{\"step\":01,\"epoch\":1,\"train/loss\":1,\"train/accuracy\":1,\"lr\":1,\"images_per_second\":1}")]
    [InlineData("")]
    public void A_damaged_line_is_told_by_its_number_and_what_stands_before_it_is_drawn(string line)
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(99).Append(line).Concat(WrittenRun.Lines(50)));
        var index = new MetricsIndex(file);
        index.CatchUp(TestContext.Current.CancellationToken);
        Assert.Contains("line 100 ", index.Fault, StringComparison.Ordinal);
        Assert.Equal(99, index.Curve("train/loss", new CurveView(0, 1000, 1000)).X.Length);
    }

    [Fact]
    public void What_is_no_number_is_a_gap_and_a_line_in_other_words_is_read_too()
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder,
            [.. WrittenRun.Lines(3), "{ \"train/loss\" : 5e-1 , \"step\" : 3 }", "{\"step\":4,\"train/loss\":\"NaN\"}"]);
        var index = new MetricsIndex(file);
        index.CatchUp(TestContext.Current.CancellationToken);
        var curve = index.Curve("train/loss", new CurveView(0, 10, 100));
        Assert.Equal([1, 2, 3, 4, 5], curve.X);
        Assert.Equal(0.5f, curve.Y[3]);
        Assert.True(float.IsNaN(curve.Y[4]));
    }

    [Fact]
    public void Numbers_are_read_as_the_framework_reads_them()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(3);
        string[] numbers =
        [
            "0", "-0.0", "1e-5", "1E+22", "1e22", "123456789012345678901234567890", "0.000000000000000000000000012345678901234567890",
                "1e-320",
            .. Enumerable.Range(0, 2000).Select(_ =>
                $"{(random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30)):R}"),
        ];
        string file = Write(folder, numbers.Select((number, i) => $"{{\"step\":{i},\"x\":{number}}}"));
        var scan = new MetricsScan();
        for (int i = 0; i < numbers.Length; i++)
        {
            scan.Read(System.Text.Encoding.UTF8.GetBytes($"{{\"step\":{i},\"x\":{numbers[i]}}}"), file, i + 1);
            double expected = double.Parse(numbers[i], CultureInfo.InvariantCulture);
            // A subnormal has fewer digits.
            Assert.True(Math.Abs(scan.Values[0] - expected) <= 4e-16 * Math.Abs(expected) + double.Epsilon,
                $"{numbers[i]}: {scan.Values[0]:R}");
        }
    }

    [Fact]
    public void A_kept_index_spares_the_reading_and_gives_the_same_curves()
    {
        using var folder = new TemporaryFolder();
        string file = Write(folder, WrittenRun.Lines(60_000)), cache = Path.Combine(folder.Path, "cache");
        var index = new MetricsShelf(new IndexCache(cache)).Open(file, TestContext.Current.CancellationToken);
        Assert.Single(Directory.GetFiles(cache));

        var kept = new IndexCache(cache).Load(file);
        Assert.Equal(index.Bytes, kept.Bytes);
        File.AppendAllText(file, "{\"step\":60000,\"epoch\":600.01,\"train/loss\":42}\n");
        Assert.True(kept.CatchUp(TestContext.Current.CancellationToken));
        Assert.Equal((0, index.Lines + 1), (kept.Restarts, kept.Lines));
        index.CatchUp(TestContext.Current.CancellationToken);
        foreach (var view in (CurveView[])[new(0, 60001, 300), new(59_900, 60_001, 300), new(1, 60_001, 100, true),
            new(0, 60_001, 90, AreMeans: true)])
        {
            Assert.Equal(index.Curve("train/loss", view).X, kept.Curve("train/loss", view).X);
            Assert.Equal(index.Curve("train/loss", view).Y, kept.Curve("train/loss", view).Y);
        }

        byte[] damaged = File.ReadAllBytes(Directory.GetFiles(cache)[0]);
        damaged[damaged.Length / 2] ^= 1;
        File.WriteAllBytes(Directory.GetFiles(cache)[0], damaged);
        Assert.Equal(0, new IndexCache(cache).Load(file).Bytes);
    }

    private static string Write(TemporaryFolder folder, IEnumerable<string> lines)
    {
        string file = Path.Combine(folder.Path, "metrics.jsonl");
        File.WriteAllText(file, WrittenRun.Text(lines));
        return file;
    }
}
