using Etalon.Lab.Advice;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.Tests.ScalarLogs;

public sealed class LogFormatTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-logs").FullName;

    public static TheoryData<string> Formats => [.. SampleLogs.Formats];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, MemberData(nameof(Formats))]
    public void One_schedule_gives_the_same_mixing_units_in_every_format(string format)
    {
        var question = new LogQuestion
        {
            WeightDecay = 0.1,
            Optimizer = AdvisedOptimizer.AdamW,
            Run = format == "wandb-chart" ? "big - run 2" : null,
        };
        var log = LogFormat.ReadAny(SampleLogs.Write(_folder, format), question.Run);
        var schedule = LoggedSchedule.Of(log, question);
        double exact = Enumerable.Range(0, (int)SampleLogs.Updates).Sum(update => SampleLogs.Rate(update));
        Assert.Equal(0.1815, exact, 1e-3);
        Assert.Equal(1, schedule.SumOfRates() / exact, 1e-3);
        Assert.Equal(1, schedule.Units()!.Value / (0.1 * exact), 1e-3);
    }

    [Theory, MemberData(nameof(Formats))]
    public void The_warm_up_and_the_line_are_found_in_every_format(string format)
    {
        string? run = format == "wandb-chart" ? "big - run 2" : null;
        var schedule = LoggedSchedule.Of(LogFormat.ReadAny(SampleLogs.Write(_folder, format), run), new() { Run = run });
        var pieces = SchedulePieces.Of(schedule);
        Assert.True(pieces.IsExact, $"{pieces.Words}: {pieces.Residual}");
        Assert.Contains("warm-up of 20 updates", pieces.Words, StringComparison.Ordinal);
        Assert.Contains("linear from 0.0005 to 0", pieces.Words, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_of_Hugging_Face_speak_of_the_update_before_and_old_ones_have_the_next_rate()
    {
        foreach (string format in new[] { "huggingface", "huggingface-old" })
        {
            var log = LogFormat.ReadAny(SampleLogs.Write(_folder, format));
            Assert.All(log.Series["learning_rate"].Points, point => Assert.Equal(SampleLogs.Rate(point.Step), point.Value, 1e-12));
            Assert.Equal(4, log.Series["loss"].Points.Count > 0 ? log.Series["grad_norm"].Points[0].Step : -1);
            // The first loss is NaN, and counts as missing; the row of the evaluation has no rate.
            Assert.Equal(9, log.Series["loss"].Points[0].Step);
            Assert.Equal(146, log.Series["learning_rate"].Points.Count);
        }
    }

    [Fact]
    public void Cells_of_Lightning_on_several_rows_of_a_step_are_one_row_and_the_later_counts()
    {
        string file = Write("metrics.csv",
            "epoch,lr-AdamW,lr-AdamW-weight_decay,step,train_loss\n0,0.1,,0,\n0,,,0,2.5\n0,0.2,0.05,0,\n0,0.3,0.05,50,2\n");
        var log = LogFormat.ReadAny(file);
        Assert.Equal([(0L, 0.2), (50L, 0.3)], log.Series["lr-AdamW"].Points);
        Assert.Equal([(0L, 2.5), (50L, 2.0)], log.Series["train_loss"].Points);
        Assert.Equal(0.05, LoggedSchedule.Of(log, new()).WeightDecay);
    }

    [Fact]
    public void A_chart_of_several_runs_needs_to_know_which()
    {
        string file = SampleLogs.Write(_folder, "wandb-chart");
        Assert.Contains("big - run 2, other", Assert.Throws<InputException>(() => LogFormat.ReadAny(file)).Message,
            StringComparison.Ordinal);
        Assert.Contains("has no run \"third\"", Assert.Throws<InputException>(() => LogFormat.ReadAny(file, "third")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("is the table of runs", "Name,State,Created,lr\nrun,finished,2026-01-01,0.1\n")]
    [InlineData("choose Step", "\"Relative Time (Process)\",\"a - lr\",\"a - lr__MIN\",\"a - lr__MAX\"\n1,1,1,1\n")]
    [InlineData("without any number", "step,lr\n0,nan\n")]
    [InlineData("is no log that etalon knows", "a,b\n1,2\n")]
    [InlineData("is no log that etalon knows", "")]
    public void What_is_no_log_is_refused_with_a_remedy(string message, string text) =>
        Assert.Contains(message, Assert.Throws<InputException>(() => LogFormat.ReadAny(Write("file.csv", text))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Old_files_of_MLflow_have_no_steps_and_words_that_are_no_numbers_are_left_out()
    {
        Write("run/metrics/lr", "1 0.1\n2 nan\n3 0.3\n");
        Assert.Equal([(0L, 0.1), (2L, 0.3)], LogFormat.ReadAny(Path.Combine(_folder, "run")).Series["lr"].Points);
        Write("run/metrics/lr", "1 0.1 0\nx y z\n");
        Assert.Contains("metrics/lr:2", Assert.Throws<InputException>(() => LogFormat.ReadAny(Path.Combine(_folder, "run"))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_need_their_length()
    {
        var log = LogFormat.ReadAny(Write("keras.csv", "epoch,loss,learning_rate\n0,2,0.1\n1,1,0.1\n2,1,0.01\n"));
        Assert.Contains("--steps-per-epoch", Assert.Throws<InputException>(() => LoggedSchedule.Of(log, new())).Message,
            StringComparison.Ordinal);
        Assert.Equal([0, 100, 200], LoggedSchedule.Of(log, new() { StepsPerEpoch = 100 }).Steps);
    }

    [Fact]
    public void Two_series_with_as_good_a_claim_are_listed_and_one_can_be_chosen()
    {
        var log = LogFormat.ReadAny(Write("log.csv", "step,a/lr,b/lr\n0,0.1,0.2\n1,0.1,0.2\n"));
        Assert.Contains("--map lr=a/lr", Assert.Throws<InputException>(() => LoggedSchedule.Of(log, new())).Message,
            StringComparison.Ordinal);
        Assert.Equal(0.2, LoggedSchedule.Of(log, new() { Map = new Dictionary<string, string> { ["lr"] = "b/lr" } }).Peak);
        var missing = new LogQuestion { Map = new Dictionary<string, string> { ["lr"] = "c/lr" } };
        Assert.Contains("has no \"c/lr\"", Assert.Throws<InputException>(() => LoggedSchedule.Of(log, missing)).Message,
            StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Formats))]
    public void A_log_that_is_torn_while_it_grows_is_read_as_far_as_it_goes(string format)
    {
        string path = SampleLogs.Write(_folder, format),
            file = Directory.Exists(path) ? Path.Combine(path, "metrics/train/learning_rate") : path;
        string? run = format == "wandb-chart" ? "big - run 2" : null;
        byte[] whole = File.ReadAllBytes(file);
        // A JSON file is replaced as a whole.
        if (format.StartsWith("huggingface", StringComparison.Ordinal)) return;
        for (int cut = 1; cut < 60; cut++)
        {
            File.WriteAllBytes(file, whole[..^cut]);
            var points = LogFormat.ReadAny(path, run).Series.First(series => series.Key.Contains("lr", StringComparison.Ordinal)
                || series.Key.Contains("learning", StringComparison.Ordinal)).Value.Points;
            Assert.InRange(points.Count, 140, 146);
            Assert.All(points, point => Assert.Equal(SampleLogs.Rate(point.Step), point.Value, 1e-9));
        }
    }

    [Theory]
    [InlineData("tensorboard")]
    [InlineData("lightning")]
    [InlineData("wandb-history")]
    [InlineData("mlflow")]
    [InlineData("jsonl")]
    [InlineData("csv")]
    public void A_log_can_be_read_while_another_process_writes_it(string format)
    {
        string path = SampleLogs.Write(_folder, format),
            file = Directory.Exists(path) ? Path.Combine(path, "metrics/train/learning_rate") : path;
        byte[] whole = File.ReadAllBytes(file);
        int before = 0;
        using var writer = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.Read);
        for (int at = 0; at < whole.Length; at += 211)
        {
            writer.Write(whole, at, Math.Min(211, whole.Length - at));
            writer.Flush();
            IReadOnlyList<(long Step, double Value)> points;
            try
            {
                points = LogFormat.ReadAny(path).Series.First(series => series.Key.Contains("lr", StringComparison.Ordinal)
                    || series.Key.Contains("learning", StringComparison.Ordinal)).Value.Points;
            }
            catch (Exception exception) when (before == 0 && exception is InputException or InvalidOperationException)
            {
                continue; // nothing of it is there yet
            }
            Assert.True(points.Count >= before, $"{points.Count} rows after {before}");
            before = points.Count;
            Assert.All(points, point => Assert.Equal(SampleLogs.Rate(point.Step), point.Value, 1e-9));
        }
        Assert.InRange(before, 145, 146);
    }

    [Theory]
    [InlineData("log.jsonl", "{\"step\": 0, \"lr\": 0.1, \"loss\": 1}\n{\"step\": 1, \"lr\": NaN, \"loss\": Infinity}\n"
        + "{\"step\": 2, \"lr\": 0.1, \"loss\": 1}\n")]
    [InlineData("log.csv", "step,lr,loss\n0,0.1,1\n1,nan,inf\n2,0.1,1\n")]
    [InlineData("log.csv", "step,lr,loss,phase\n0,0.1,1,warm\n1,x,?,warm\n2,0.1,1,main\n")]
    [InlineData("log.jsonl", "{\"step\": 0, \"lr\": 0.1, \"loss\": 1}\n{\"step\": 1, \"lr\": \"off\", \"loss\": \"-\"}\n"
        + "{\"step\": 2, \"lr\": 0.1, \"loss\": 1}\n")]
    [InlineData("trainer_state.json", "{\"best_global_step\": null, \"log_history\": [{\"step\": 1, \"learning_rate\": 0.1, \"loss\": 1}, "
        + "{\"step\": 2, \"learning_rate\": NaN, \"loss\": -Infinity}, {\"step\": 3, \"learning_rate\": 0.1, \"loss\": 1}]}")]
    public void A_number_that_is_none_is_told_with_its_place(string name, string text)
    {
        var remarks = LoggedSchedule.Of(LogFormat.ReadAny(Write(name, text)), new()).Remarks;
        Assert.Equal(
            ["The rate is no finite number at update 1; left out.", "The loss is no finite number at update 1; left out."], remarks);
    }

    [Theory]
    [InlineData("nan")]
    [InlineData("auto")]
    public void A_log_without_any_rate_that_is_a_number_says_so(string rate)
    {
        string file = Write("log.csv", $"step,lr,loss\n0,{rate},1\n1,{rate},1\n");
        var refused = Assert.Throws<InputException>(() => LoggedSchedule.Of(LogFormat.ReadAny(file), new()));
        Assert.Equal(
            $"{file}: lr is no finite number in any row, and a schedule needs its rates; log the optimizer's rate", refused.Message);
    }

    [Fact]
    public void A_hole_and_rates_below_0_are_told_with_their_places()
    {
        var rows = Enumerable.Range(0, 40).Where(step => step is < 5 or > 25).Select(step => $"{step},{(step == 3 ? -1 : 0.1)}");
        string file = Write("log.csv", string.Join('\n', rows.Prepend("step,lr")) + "\n");
        var remarks = LoggedSchedule.Of(LogFormat.ReadAny(file), new()).Remarks;
        Assert.Equal(
            ["The rate is below 0 at update 3; left out.",
                "No rates are logged between updates 4 and 26; a straight line is taken there."], remarks);
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
