using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.Tests.ScalarLogs;

public sealed class TensorBoardTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-events").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_checksums_are_the_published_ones()
    {
        Assert.Equal(0xe3069283u, EventFile.Checksum("123456789"u8));
        Assert.Equal(0xc78ab0e5u, EventFile.Masked("123456789"u8));
        Assert.Equal(0x8a9136aau, EventFile.Checksum(new byte[32]));
        for (int length = 0; length < 40; length++)
        {
            byte[] bytes = [.. Enumerable.Range(0, length).Select(i => (byte)(37 * i + length))];
            Assert.Equal(EventWriter.Checksum(bytes), EventFile.Checksum(bytes));
        }
    }

    [Fact]
    public void Four_records_of_the_description_are_read()
    {
        var log = Read(new EventWriter().Scalar(3, "train/loss", 0.5f)
            .Tensor(300, "lr",
            [.. EventWriter.Varint(1, 1), .. EventWriter.Bytes(2, []), .. EventWriter.Bytes(4, BitConverter.GetBytes(0.25f))])
            .Scalar(301, "lr", 0.125f).File);
        Assert.Equal([(3L, 0.5)], log.Series["train/loss"].Points);
        Assert.Equal([(300L, 0.25), (301L, 0.125)], log.Series["lr"].Points);
    }

    public static TheoryData<string, byte[]> Encodings => new()
    {
        { "content of float", [.. EventWriter.Varint(1, 1), .. EventWriter.Bytes(4, BitConverter.GetBytes(0.75f))] },
        { "content of double", [.. EventWriter.Varint(1, 2), .. EventWriter.Bytes(4, BitConverter.GetBytes(0.75))] },
        { "packed float_val", [.. EventWriter.Varint(1, 1), .. EventWriter.Bytes(5, BitConverter.GetBytes(0.75f))] },
        { "float_val", [.. EventWriter.Varint(1, 1), .. EventWriter.Single(5, 0.75f)] },
        { "packed double_val", [.. EventWriter.Varint(1, 2), .. EventWriter.Bytes(6, BitConverter.GetBytes(0.75))] },
        { "double_val", [.. EventWriter.Varint(1, 2), .. EventWriter.Double(6, 0.75)] },
    };

    [Theory, MemberData(nameof(Encodings))]
    public void A_scalar_is_read_in_each_of_its_encodings(string encoding, byte[] tensor)
    {
        Assert.NotEmpty(encoding);
        Assert.Equal([(7L, 0.75)], Read(new EventWriter().Tensor(7, "lr", tensor).File).Series["lr"].Points);
    }

    [Fact]
    public void What_is_no_scalar_and_what_has_no_step_is_left_out()
    {
        byte[] text = [.. EventWriter.Varint(1, 7), .. EventWriter.Bytes(8, "words"u8)];
        byte[] vector = [.. EventWriter.Varint(1, 1), .. EventWriter.Bytes(4, new byte[12])];
        var log = Read(new EventWriter().Tensor(1, "text", text).Tensor(1, "vector", vector).Scalar(-1, "lr", 9).Scalar(2, "lr", 0.5f)
            .Scalar(3, "lr", float.NaN).File);
        Assert.Equal(["lr"], log.Series.Keys);
        Assert.Equal([(2L, 0.5)], log.Series["lr"].Points);
    }

    [Fact]
    public void Every_truncation_is_read_as_far_as_it_goes_and_every_flipped_bit_is_refused_or_ends_the_file()
    {
        byte[] whole = new EventWriter().Scalar(3, "train/loss", 0.5f).Scalar(300, "lr", 0.25f).Scalar(301, "lr", 0.125f).File;
        int points = 0;
        for (int length = 1; length < whole.Length; length++)
        {
            string file = Write(whole[..length]);
            int found = EventFile.Records(file).Sum(record => Event.Read(record).Scalars.Count);
            Assert.InRange(found, points, 3);
            points = found;
        }
        Assert.Equal(2, points);
        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            string file = Write(damaged);
            var error = Assert.Throws<InputException>(() => EventFile.Records(file).Count());
            Assert.Contains("byte ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_run_that_was_restarted_drops_what_the_stopped_one_had_logged_from_there_on()
    {
        var first = new EventWriter();
        foreach (long step in new[] { 0, 10, 20, 30, 40 }) first.Scalar(step, "lr", 1);
        var second = new EventWriter().Start(25);
        foreach (long step in new[] { 25, 30, 35 }) second.Scalar(step, "lr", 2);
        File.WriteAllBytes(Path.Combine(_folder, "events.out.tfevents.1700000000.host.1.0"), first.File);
        File.WriteAllBytes(Path.Combine(_folder, "events.out.tfevents.1700000100.host.2.0"), second.File);
        Assert.Equal([(0, 1), (10, 1), (20, 1), (25, 2), (30, 2), (35, 2)],
            LogFormat.ReadAny(_folder).Series["lr"].Points.Select(point => ((int)point.Step, (int)point.Value)));
    }

    [Fact]
    public void Numbers_that_all_have_the_step_0_are_refused()
    {
        var error = Assert.Throws<InputException>(() => Read(new EventWriter().Scalar(0, "lr", 1).Scalar(0, "lr", 2).File));
        Assert.Contains("global_step", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folders_of_Keras_count_epochs()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "train"));
        File.WriteAllBytes(Path.Combine(_folder, "train", "events.out.tfevents.1.host.1.0"),
            new EventWriter().Scalar(0, "epoch_learning_rate", 0.1f).Scalar(1, "epoch_learning_rate", 0.01f).File);
        var log = LogFormat.ReadAny(_folder);
        Assert.True(log.IsByEpoch);
        Assert.Equal(2, log.Series["train/epoch_learning_rate"].Points.Count);
    }

    [Fact]
    public void Rates_by_update_beside_a_tag_by_epoch_are_by_update()
    {
        var events = new EventWriter();
        for (int step = 0; step < 100; step++)
        {
            if (step % 10 == 0) events.Scalar(step / 10, "epoch_loss", 1).Scalar(step, "epoch_time", 5);
            events.Scalar(step, "train/lr", 0.1f);
        }
        Assert.False(Read(events.File).IsByEpoch);
    }

    [Fact]
    public void A_number_that_is_not_finite_is_told_with_its_update()
    {
        var events = new EventWriter();
        for (int step = 0; step < 3; step++) events.Scalar(step, "lr", 0.1f).Scalar(step, "loss", step == 1 ? float.NaN : 1);
        Assert.Equal(["The loss is no finite number at update 1; left out."], LoggedSchedule.Of(Read(events.File), new()).Remarks);
    }

    [Fact]
    public void A_decay_that_is_given_is_the_logged_one_if_it_differs_by_the_digits_of_float32()
    {
        var log = Read(new EventWriter().Scalar(0, "lr", 0.1f).Scalar(0, "weight_decay", 5e-4f).File);
        Assert.Equal(5e-4, LoggedSchedule.Of(log, new() { WeightDecay = 5e-4 }).WeightDecay);
        Assert.Contains("says 0.0005;",
            Assert.Throws<InputException>(() => LoggedSchedule.Of(log, new() { WeightDecay = 5.01e-4 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_of_several_runs_in_a_folder_can_be_chosen_with_all_its_tags()
    {
        foreach (var (run, rate) in new[] { ("first", 0.25f), ("second/train", 0.5f) })
        {
            Directory.CreateDirectory(Path.Combine(_folder, run));
            File.WriteAllBytes(Path.Combine(_folder, run, "events.out.tfevents.1.host.1.0"),
                new EventWriter().Scalar(0, "lr", rate).Scalar(0, "loss", 1).Scalar(9, "lr", rate).File);
        }
        Assert.Contains("--map lr=first/lr, or a run: --run first",
            Assert.Throws<InputException>(() => LoggedSchedule.Of(LogFormat.ReadAny(_folder), new())).Message, StringComparison.Ordinal);
        Assert.Equal(["lr", "loss"], LogFormat.ReadAny(_folder, "first").Series.Keys);
        var second = LogFormat.ReadAny(_folder, "second");
        Assert.Equal(["train/lr", "train/loss"], second.Series.Keys);
        Assert.Equal(0.5, LoggedSchedule.Of(second, new()).Peak);
        Assert.Contains("it has first, second/train",
            Assert.Throws<InputException>(() => LogFormat.ReadAny(_folder, "third")).Message, StringComparison.Ordinal);
    }

    private ScalarLog Read(byte[] bytes) => LogFormat.ReadAny(Write(bytes));

    private string Write(byte[] bytes)
    {
        string file = Path.Combine(_folder, "events.out.tfevents.1700000000.host.1.0");
        File.WriteAllBytes(file, bytes);
        return file;
    }
}
