namespace Etalon.Schedules.Tests;

/// <summary>What is particular to a single kind of piece.</summary>
public class PieceTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    public void A_restart_is_at_exactly_the_step_where_counting_cycles_puts_it(int growth)
    {
        var schedule = new Restarts(1, 0, 7, growth);
        var (begin, period) = (0L, 7L);
        while (begin < 1_000_000_000)
        {
            Assert.Equal(1, schedule.ValueAt(begin));
            if (begin > 0) Assert.True(schedule.ValueAt(begin - 1) < 0.1, $"step {begin - 1} is the last of its cycle");
            Assert.Equal(0.5 * (1 + Math.Cos(Math.PI / period)), schedule.ValueAt(begin + 1), 1e-15);
            (begin, period) = growth == 1 ? (begin * 3 + 7, period) : (begin + period, period * growth);
        }
    }

    [Fact]
    public void The_value_before_at_and_after_a_milestone()
    {
        var steps = new Steps(1, [80, 120], 0.1);
        Assert.Equal([1, 0.1, 0.1], new long[] { 79, 80, 81 }.Select(steps.ValueAt));
        Assert.Equal([0.1, 0.01, 0.01], new long[] { 119, 120, 121 }.Select(step => Math.Round(steps.ValueAt(step), 12)));
    }

    [Fact]
    public void A_milestone_is_found_between_steps_too() =>
        Assert.Equal([1, 1, 1, 0.5], new long[] { 0, 3, 6, 7 }.Select(new Stretched(new Steps(1, [2], 0.5), 3.3).ValueAt));

    [Theory]
    [InlineData(3, 2)]
    [InlineData(3, 3)]
    [InlineData(-1, 3)]
    public void Milestones_that_do_not_ascend_from_0_are_an_error(long first, long second)
    {
        var error = Assert.Throws<ArgumentException>("at", () => new Steps(1, [first, second], 0.1));
        Assert.Contains($"at is [{first}, {second}]", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_table_is_an_error() => Assert.Throws<ArgumentException>("values", () => new Table([]));

    [Fact]
    public void A_table_says_which_of_its_values_is_no_number() =>
        Assert.Contains("values[1] is NaN", Assert.Throws<ArgumentException>(() => new Table([1, double.NaN])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_table_keeps_its_own_copy_of_the_values()
    {
        double[] values = [1, 2];
        var table = new Table(values);
        values[0] = 9;
        Assert.Equal(1, table.ValueAt(0));
    }

    [Fact]
    public void A_ramp_without_a_length_is_an_error_that_says_why() =>
        Assert.Contains("length is missing", Assert.Throws<ArgumentException>("length", () => new Linear(0, 1, null)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_ramp_of_no_steps_has_arrived()
    {
        Assert.Equal(2, new Linear(1, 2, 0).ValueAt(0));
        Assert.Equal(2, new Cosine(1, 2, 0, inclusive: true).ValueAt(0));
        Assert.Equal(2, new Warmup(2, 0, WarmupConvention.EndAtPeak).ValueAt(0));
        Assert.Equal(2, new WarmupStableDecay(3, 0, 0, 0, to: 2).ValueAt(0));
    }

    [Fact]
    public void The_three_conventions_of_warming_up_in_four_steps()
    {
        double[] Values(WarmupConvention convention) =>
            [.. Enumerable.Range(0, 6).Select(step => new Warmup(60, 4, convention).ValueAt(step))];

        Assert.Equal([12, 24, 36, 48, 60, 60], Values(WarmupConvention.Between));
        Assert.Equal([15, 30, 45, 60, 60, 60], Values(WarmupConvention.EndAtPeak));
        Assert.Equal([0, 15, 30, 45, 60, 60], Values(WarmupConvention.StartAtZero));
    }

    [Fact]
    public void The_default_warm_up_in_front_of_a_cosine_has_neither_a_zero_step_nor_the_peak_twice()
    {
        var joined = new Sequence(new Warmup(0.1, 9), new Cosine(0.1, 0, 90));
        Assert.Equal(0.01, joined.ValueAt(0), 1e-15);
        Assert.Equal(0.09, joined.ValueAt(8), 1e-15);
        Assert.Equal(0.1, joined.ValueAt(9));
        Assert.True(joined.ValueAt(10) < 0.1);
    }

    [Fact]
    public void An_exponential_saturates_and_its_logarithm_goes_on()
    {
        var growing = new Exponential(0.1, 2);
        Assert.Equal(double.MaxValue, growing.ValueAt(1_000_000_000));
        Assert.Equal(Math.Log(0.1) + 1e9 * Math.Log(2), growing.LogValueAt(1_000_000_000), 1e-6);
        var falling = new Exponential(0.1, 0.5);
        Assert.Equal(0, falling.ValueAt(1_000_000_000));
        Assert.Equal(Math.Log(0.1) - 1e9 * Math.Log(2), falling.LogValueAt(1_000_000_000), 1e-6);
    }

    [Fact]
    public void An_exponential_whose_power_overflows_although_its_value_does_not_has_its_value()
    {
        Assert.Equal(1e20, new Exponential(1e-300, 10).ValueAt(320), 1e8);
        Assert.Equal(1e-20, new Exponential(1e300, 0.1).ValueAt(320), 1e-32);
    }

    [Fact]
    public void A_log_factor_brings_back_what_left_float64()
    {
        var brought = new Scaled(new Exponential(1, Math.E), 2, logFactor: -5000);
        Assert.Equal(2, brought.ValueAt(5000), 1e-9);
        Assert.Equal(Math.Log(2) - 5000, brought.LogValueAt(0), 1e-9);
        Assert.Equal(1000, new Scaled(new Constant(1), 1, logFactor: 1000).LogValueAt(0));
    }

    [Fact]
    public void A_factor_brings_back_what_left_float64()
    {
        Assert.Equal(1e130, new Scaled(new Exponential(1, 10), 1e-300).ValueAt(430), 1e118);
        Assert.Equal(1e-130, new Scaled(new Exponential(1, 0.1), 1e300).ValueAt(430), 1e-142);
    }

    [Fact]
    public void A_table_of_logarithms_holds_values_beyond_float64()
    {
        var table = new Table([-2000, 0, 2000], logarithmic: true);
        Assert.Equal([0, 1, double.MaxValue], new long[] { 0, 1, 2 }.Select(table.ValueAt));
        Assert.Equal([-2000, 0, 2000], new long[] { 0, 1, 2 }.Select(table.LogValueAt));
    }

    [Fact]
    public void The_same_piece_twice_is_equal_and_another_is_not()
    {
        Assert.Equal(new Steps(1, [1, 2], 0.1), new Steps(1, new List<long> { 1, 2 }, 0.1));
        Assert.NotEqual(new Steps(1, [1, 2], 0.1), new Steps(1, [1, 3], 0.1));
        Assert.NotEqual<Schedule>(new Linear(1, 2, 3), new Cosine(1, 2, 3));
    }
}
