namespace Etalon.Schedules.Tests;

public class TimeTests
{
    [Theory]
    [InlineData("30ep", 30, TimeUnit.Epochs)]
    [InlineData("500ba", 500, TimeUnit.Batches)]
    [InlineData("500st", 500, TimeUnit.Batches)]
    [InlineData("51_200sp", 51200, TimeUnit.Samples)]
    [InlineData("0.3dur", 0.3, TimeUnit.Run)]
    [InlineData("30%", 0.3, TimeUnit.Run)]
    [InlineData(" 1e3 ba ", 1000, TimeUnit.Batches)]
    [InlineData(".5ep", 0.5, TimeUnit.Epochs)]
    [InlineData("2.ep", 2, TimeUnit.Epochs)]
    [InlineData("0ep", 0, TimeUnit.Epochs)]
    public void A_duration_names_its_unit(string text, double amount, TimeUnit unit)
    {
        var duration = Duration.Parse(text);
        Assert.Equal(new Duration((decimal)amount, unit), duration);
        Assert.Equal(duration, Duration.Parse(duration.ToString()));
    }

    [Theory]
    [InlineData("30", "names no unit: write 30ep or 30ba")]
    [InlineData("30xy", "unknown unit 'xy'")]
    [InlineData("30EP", "unknown unit 'EP'")]
    [InlineData("-3ep", "at least 0")]
    [InlineData("ep", "no duration")]
    [InlineData("", "no duration")]
    [InlineData("NaNep", "no duration")]
    [InlineData("1e99ep", "7.9e28")]
    [InlineData("3ep 2ba", "no duration")]
    public void What_is_no_duration_is_an_error_that_names_the_units(string text, string reason)
    {
        var error = Assert.Throws<FormatException>(() => Duration.Parse(text));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.True(
            reason == "7.9e28"
                || error.Message.Contains("ep (epochs), ba or st (batches, which are updates), sp (samples), dur or %",
                StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("80ep", 31280)]
    [InlineData("0.5ep", 196)]
    [InlineData("0.001ep", 0)]
    [InlineData("500ba", 500)]
    [InlineData("1.5ba", 2)]
    [InlineData("2.5ba", 3)]
    [InlineData("2.49ba", 2)]
    [InlineData("51200sp", 400)]
    [InlineData("64sp", 1)]
    [InlineData("63sp", 0)]
    [InlineData("0.3dur", 18768)]
    [InlineData("100%", 62560)]
    public void A_duration_becomes_the_nearest_step_and_a_tie_the_later(string text, long steps)
    {
        var run = Timeline.OfRun(Duration.Parse("160ep"), stepsPerEpoch: 391, samplesPerStep: 128);
        Assert.Equal(steps, run.StepsOf(Duration.Parse(text)));
    }

    [Fact]
    public void A_fifth_of_seven_epochs_is_not_floored_to_one_epoch() =>
        Assert.Equal(140, Timeline.OfRun(Duration.Parse("7ep"), stepsPerEpoch: 100).StepsOf(Duration.Parse("0.2dur")));

    [Fact]
    public void A_run_cannot_last_a_fraction_of_itself() =>
        Assert.Contains("fraction of itself", Assert.Throws<ArgumentException>(() => Timeline.OfRun(Duration.Parse("0.5dur"), 391)).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("1ep", "the steps per epoch")]
    [InlineData("1sp", "the samples per step")]
    [InlineData("1dur", "the steps of the run")]
    public void A_unit_that_needs_what_is_not_known_says_what(string text, string missing) =>
        Assert.Contains(missing, Assert.Throws<ArgumentException>(() => new Timeline().StepsOf(Duration.Parse(text))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("1e28ep")]
    [InlineData("1e17ba")]
    public void More_steps_than_float64_counts_are_an_error(string text) =>
        Assert.Throws<ArgumentException>(() => new Timeline(stepsPerEpoch: 1000).StepsOf(Duration.Parse(text)));

    [Fact]
    public void An_epoch_or_a_batch_of_nothing_is_an_error()
    {
        Assert.Throws<ArgumentException>("stepsPerEpoch", () => new Timeline(stepsPerEpoch: 0));
        Assert.Throws<ArgumentException>("samplesPerStep", () => new Timeline(samplesPerStep: 0));
        Assert.Throws<ArgumentException>("totalSteps", () => new Timeline(totalSteps: -1));
    }

    [Theory]
    [InlineData(5, 1955)]
    [InlineData(0.5, 196)]
    [InlineData(0, 0)]
    public void Epochs_of_a_run_are_the_nearest_whole_number_of_steps(double epochs, long steps)
    {
        var run = new RunLength(epochs: 90, stepsPerEpoch: 391);
        Assert.Equal(steps, run.Epochs(epochs));
        Assert.Equal(90 * 391 - steps, run.After(epochs));
    }

    [Fact]
    public void There_is_nothing_after_more_epochs_than_a_run_has()
    {
        var run = new RunLength(epochs: 90, stepsPerEpoch: 391);
        Assert.Contains("the run has 35190 updates", Assert.Throws<ArgumentException>(() => run.After(91)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("epochs", () => run.Epochs(double.NaN));
        Assert.Throws<ArgumentException>("epochs", () => new RunLength(-1, 391));
    }
}
