namespace Etalon.Lab.Tests.Recipes;

public class NumberTextTests
{
    [Theory]
    [InlineData("0.1", 0.1)]
    [InlineData("-5e-4", -5e-4)]
    [InlineData("+1E3", 1000)]
    [InlineData("1_000.000_1", 1000.0001)]
    [InlineData(".5", 0.5)]
    [InlineData("0e-999", 0)]
    [InlineData("-0.000", 0.0)]
    [InlineData("5e-324", 5e-324)]
    [InlineData("1.7976931348623157e308", double.MaxValue)]
    public void A_number_is_read_to_the_nearest_float64(string text, double value)
    {
        Assert.True(NumberText.TryRead(text, out double read, out _));
        Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(read));
    }

    [Theory]
    [InlineData("", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("two", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("inf", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("-Infinity", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("NaN", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData(" 1", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("1\0", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("1__0", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("_1", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("0x10", "must be a finite number such as 0.1, 5e-4 or 1_000")]
    [InlineData("0,1", "must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 0.1?")]
    [InlineData("1,000", "must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 1.000 or 1000?")]
    [InlineData("1,000.5", "must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 1000.5?")]
    [InlineData("1.000,5", "must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 1000.5?")]
    [InlineData("1,0e-3", "must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 1.0e-3?")]
    [InlineData("1e-400", "must be 0, or at least 5e-324 in size; what is smaller would become 0")]
    [InlineData("-0.000_1e-330", "must be 0, or at least 5e-324 in size; what is smaller would become 0")]
    [InlineData("1e400", "must be at most 1.8e308 in size; what is larger would become infinity")]
    [InlineData("-1e999999999999", "must be at most 1.8e308 in size; what is larger would become infinity")]
    public void What_is_no_number_is_refused_with_rule_and_remedy(string text, string expected)
    {
        Assert.False(NumberText.TryRead(text, out _, out var rule));
        Assert.Equal(expected, rule);
    }

    [Theory]
    [InlineData("9223372036854775807", long.MaxValue, null)]
    [InlineData("1e6", 1_000_000, null)]
    [InlineData("-5", -5, null)]
    [InlineData("1_000", 1000, null)]
    [InlineData("9223372036854775808", 0, "must be a whole number of at most 9223372036854775807, with all its digits")]
    [InlineData("1e300", 0, "must be a whole number of at most 9223372036854775807, with all its digits")]
    [InlineData("1.5", 0, "must be a whole number such as 128")]
    [InlineData("1e-400", 0, "must be a whole number such as 128")]
    [InlineData("two", 0, "must be a whole number such as 128")]
    [InlineData("1,000", 0, "must be a whole number such as 128; did you mean 1.000 or 1000?")]
    public void A_whole_number_is_read_or_refused(string text, long value, string? expected)
    {
        Assert.Equal(expected is null, NumberText.TryReadWhole(text, out long read, out var rule));
        Assert.Equal((value, expected), (read, rule));
    }

    [Theory]
    [InlineData("18446744073709551615", ulong.MaxValue, true)]
    [InlineData("1e3", 0, false)]
    [InlineData("-1", 0, false)]
    public void A_seed_has_64_bits(string text, ulong value, bool isRead)
    {
        Assert.Equal(isRead, NumberText.TryReadSeed(text, out ulong read, out _));
        Assert.Equal(value, read);
    }
}
