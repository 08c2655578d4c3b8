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
    public void Epochs_that_are_counted_from_1_are_as_many_as_there_are_rows()
    {
        var log = LogFormat.ReadAny(Write("results.csv", "epoch,time,lr/pg0,loss\n1,9,0.1,nan\n2,18,0.1,2\n3,27,0.1,1\n"));
        Assert.Contains("counted from 1", Assert.Single(log.Warnings), StringComparison.Ordinal);
        var schedule = LoggedSchedule.Of(log, new() { StepsPerEpoch = 100 });
        Assert.Equal([0, 100, 200], schedule.Steps);
        Assert.Equal(300, schedule.TotalSteps);
        Assert.Contains("update 0", schedule.Remarks[0], StringComparison.Ordinal);
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

    public static TheoryData<string, string> Encodings => new(
        from name in new[] { "log.csv", "log.jsonl", "trainer_state.json" }
        from encoding in new[] { "utf-8", "utf-16", "utf-16BE" }
        select (name, encoding));

    // PowerShell redirects as UTF-16.
    [Theory, MemberData(nameof(Encodings))]
    public void A_text_is_read_by_the_mark_of_its_encoding(string name, string encoding)
    {
        string text = name switch
        {
            "log.csv" => "step,lr\r\n0,0.1\r\n1,0.2\r\n",
            "log.jsonl" => "{\"step\": 0, \"lr\": 0.1}\r\n{\"step\": 1, \"lr\": 0.2}\r\n",
            _ => "{\"best_global_step\": 1, \"log_history\": [{\"step\": 1, \"lr\": 0.1}, {\"step\": 2, \"lr\": 0.2}]}",
        };
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text, System.Text.Encoding.GetEncoding(encoding));
        Assert.Equal([(0L, 0.1), (1L, 0.2)], LogFormat.ReadAny(path).Series["lr"].Points);
    }

    [Theory]
    [InlineData("metrics.csv", "step")]
    [InlineData("history.csv", "_step,_runtime")]
    public void A_header_may_be_longer_than_what_tells_the_format(string name, string axis)
    {
        string others = string.Join(',', Enumerable.Range(0, 5000).Select(i => $"metric/of_a_layer_with_a_long_name_{i}"));
        string file = Write(name, $"epoch,{others},lr,{axis}\n0{new string(',', 5001)}0.1,7{(axis == "step" ? "" : ",1")}\n");
        Assert.Equal([(7L, 0.1)], LogFormat.ReadAny(file).Series["lr"].Points);
    }

    [Theory]
    [InlineData("log.csv", "step,lr,lr\n0,0.1,1\n", null)]
    [InlineData("history.csv", "_step,_runtime,lr,lr\n0,1,0.1,1\n", null)]
    [InlineData("chart.csv", "Step,a - lr,a - lr__MIN,a - lr__MAX,a - lr,a - lr__MIN,a - lr__MAX\n0,0.1,0.1,0.1,1,1,1\n", "a")]
    public void Of_two_columns_with_a_name_the_first_counts_and_that_is_told(string name, string text, string? run)
    {
        var log = LogFormat.ReadAny(Write(name, text), run);
        Assert.Equal([(0L, 0.1)], log.Series["lr"].Points);
        Assert.Contains("the first one counts", log.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Objects_within_a_line_of_JSON_give_their_names_and_lists_are_groups()
    {
        var log = LogFormat.ReadAny(Write("log.jsonl",
            "{\"step\": 0, \"optim\": {\"lr\": [0.1], \"wd\": [0.01, 0]}, \"shape\": [], \"loss\": {\"train\": 2}}\n"));
        Assert.Equal(["optim/lr", "optim/wd/group0", "optim/wd/group1", "loss/train"], log.Series.Keys);
        Assert.Equal(0.1, LoggedSchedule.Of(log, new()).Peak);
    }

    [Theory]
    [InlineData("0,\"0,001\"")]
    [InlineData("0,10%")]
    public void Cells_that_are_no_numbers_are_told_to_be_none(string row) =>
        Assert.Contains("what stands under lr is none; numbers are written as in 0.001",
            Assert.Throws<InputException>(() => LogFormat.ReadAny(Write("log.csv", $"step,lr\n{row}\n"))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("lightning")]
    [InlineData("wandb-history")]
    [InlineData("mlflow")]
    [InlineData("huggingface")]
    [InlineData("tensorboard")]
    public void A_run_is_chosen_only_where_a_log_has_several(string format)
    {
        string path = SampleLogs.Write(_folder, format);
        Assert.Contains("leave", Assert.Throws<InputException>(() => LogFormat.ReadAny(path, "other")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_decay_that_moves_is_taken_from_the_row_before()
    {
        string rows = string.Concat(Enumerable.Range(0, 10).Select(i => $"{{\"step\": {i}, \"lr\": 0.1}}\n"
            + (i % 3 == 1 ? $"{{\"step\": {i}, \"weight_decay\": {i}}}\n" : "")));
        Assert.Equal([1, 1, 1, 1, 4, 4, 4, 7, 7, 7], LoggedSchedule.Of(LogFormat.ReadAny(Write("log.jsonl", rows)), new()).Decays);
    }

    // A step more for each row and row makes hours of it.
    [Fact]
    [Trait("speed", "slow")]
    public void A_million_rows_with_a_decay_that_moves_are_read_in_seconds()
    {
        const int Rows = 1_000_000;
        using (var writer = new StreamWriter(Path.Combine(_folder, "log.csv")))
        {
            writer.WriteLine("step,lr,weight_decay,constant");
            for (int i = 0; i < Rows; i++) writer.WriteLine(FormattableString.Invariant($"{i},{1e-3 * (Rows - i) / Rows},{1 + i % 2},0.1"));
        }
        var log = LogFormat.ReadAny(Path.Combine(_folder, "log.csv"));
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var schedule = LoggedSchedule.Of(log, new() { Optimizer = AdvisedOptimizer.AdamW });
        Assert.Equal(1, schedule.Units()!.Value / (1e-3 * 1.5 * Rows / 2), 1e-5);
        Assert.InRange(LoggedSchedule.Of(log, new()
        {
            Optimizer = AdvisedOptimizer.AdamW,
            Map = new Dictionary<string, string> { ["weight_decay"] = "constant" },
        }).ExpectedGrowth()!.Value, 2, 4);
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(60), $"{clock.Elapsed}");
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }
}
