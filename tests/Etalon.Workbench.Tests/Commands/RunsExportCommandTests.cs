using System.Globalization;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Workbench.Tests.Commands;

public sealed class RunsExportCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-export").FullName;

    private static readonly string[] _recipe = ["duration=3ep", "data={set: digits, train: 128, test: 32, batch: 32}", "model.width=4",
        "log={every: 1ba, monitors: 2ba}"];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Events_that_are_written_while_a_run_trains_are_those_of_its_metrics()
    {
        string live = Path.Combine(_folder, "live"), later = Path.Combine(_folder, "later");
        Assert.Equal(0, (await Cli.Run(["train", Cli.Recipe("digits.yaml"), .. _recipe, "--runs", _folder, "--tensorboard", live])).Code);
        Assert.Equal(0, (await Cli.Run("runs", "export", "digits", "--runs", _folder, "--for", "tensorboard", "--out", later)).Code);
        var (one, other) = (LogFormat.ReadAny(live), LogFormat.ReadAny(later));
        Assert.Equal(one.Series.Keys, other.Series.Keys);
        Assert.Contains("norm/scale_invariant", one.Series.Keys);
        Assert.All(one.Series, series => Assert.Equal(series.Value.Points, other.Series[series.Key].Points));
        Assert.Equal(12, one.Series["train/loss"].Points.Count);
        Assert.Equal(3, one.Series["test/accuracy"].Points.Count);

        var (code, csv, _) = await Cli.Run("runs", "export", "digits", "--runs", _folder, "--for", "csv");
        Assert.Equal(0, code);
        var lines = csv.TrimEnd().Split('\n');
        int place = lines[0].Split(',').ToList().IndexOf("train/loss");
        // Events are of float32.
        Assert.Equal(one.Series["train/loss"].Points.Select(point => point.Value),
            lines.Skip(1).Select(line => line.Split(',')[place]).Where(cell => cell.Length > 0)
                .Select(cell => (double)(float)double.Parse(cell, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_folder_with_files_is_not_taken_for_another_run_and_a_folder_is_needed()
    {
        Assert.Equal(0, (await Cli.Run(["train", Cli.Recipe("digits.yaml"), .. _recipe, "--runs", _folder])).Code);
        var (code, _, error) = await Cli.Run("runs", "export", "digits", "--runs", _folder, "--for", "tensorboard", "--out", _folder);
        Assert.Equal(2, code);
        Assert.Contains("is not empty", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.Run("runs", "export", "digits", "--runs", _folder, "--for", "tensorboard");
        Assert.Equal(2, code);
        Assert.Contains("--out", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_resumed_run_writes_takes_the_place_of_what_the_stopped_one_had_from_there_on()
    {
        string metrics = Path.Combine(_folder, "metrics.jsonl"), events = Path.Combine(_folder, "events");
        string Lines(int count, int value) =>
            string.Concat(Enumerable.Range(0, count).Select(step => $"{{\"step\":{step},\"lr\":{value}}}\n"));
        File.WriteAllText(metrics, Lines(5, 1));
        using (var first = RunEvents.Open(metrics, events, 0, () => 1700000000)) first.CatchUp();
        // Resumed at update 3: the lines from there on were cut off, and are written anew.
        File.WriteAllText(metrics, Lines(3, 1) + "{\"step\":3,\"lr\":2}\n{\"step\":4,\"lr\":2}\n{\"step\":5,\"lr\":2}\n");
        using (var second = RunEvents.Open(metrics, events, 3, () => 1700000000))
        {
            second.CatchUp();
            second.CatchUp();
        }
        Assert.Equal([(0, 1), (1, 1), (2, 1), (3, 2), (4, 2), (5, 2)],
            LogFormat.ReadAny(events).Series["lr"].Points.Select(point => ((int)point.Step, (int)point.Value)));
    }
}
