namespace Etalon.Schedules.Tests;

public class SequenceTests
{
    private static readonly Sequence _three = new(new Constant(1, 5), new Constant(2, 0), new Linear(3, 4, 10));

    [Fact]
    public void A_boundary_belongs_to_the_later_piece() =>
        Assert.Equal([1, 3, 3.1], new long[] { 4, 5, 6 }.Select(_three.ValueAt));

    [Fact]
    public void Each_piece_begins_where_those_before_it_end()
    {
        Assert.Equal([0, 5, 5], _three.Begins);
        Assert.Equal(15, _three.Length);
        Assert.Equal([0, 2, 2, 2], new long[] { 4, 5, 14, 1000 }.Select(_three.PieceAt));
    }

    [Fact]
    public void A_piece_that_goes_on_for_ever_can_only_be_the_last()
    {
        Assert.Null(new Sequence(new Constant(1, 5), new Constant(2)).Length);
        var error = Assert.Throws<ArgumentException>(() => new Sequence(new Constant(1, 5), new Constant(2), new Constant(3)));
        Assert.StartsWith("pieces[1] is Constant", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sequence_of_nothing_is_an_error() => Assert.Throws<ArgumentException>("pieces", () => new Sequence([]));

    [Fact]
    public void A_sequence_in_a_sequence_dissolves() =>
        Assert.Equal(new Sequence(new Constant(0, 1), new Constant(1, 5), new Constant(2, 0), new Linear(3, 4, 10)),
            new Sequence(new Constant(0, 1), _three));

    [Fact]
    public void Lengths_beyond_what_float64_counts_are_an_error()
    {
        var half = new Constant(1, 1L << 52);
        Assert.Equal(1L << 53, new Sequence(half, half).Length);
        Assert.Throws<ArgumentException>(() => new Sequence(half, half, new Constant(1, 1)));
        Assert.Throws<ArgumentException>(() => new Repeated(half, 3));
        Assert.Throws<ArgumentException>(() => new Stretched(half, 3));
    }

    [Fact]
    public void What_has_no_end_cannot_be_repeated() =>
        Assert.Throws<ArgumentException>("of", () => new Repeated(new Constant(1)));

    [Theory]
    [InlineData(0.3, 2)]
    [InlineData(0.5, 3)]
    [InlineData(1, 5)]
    [InlineData(2.5, 13)]
    public void A_stretched_length_is_rounded_up(double factor, long length) =>
        Assert.Equal(length, new Stretched(new Linear(0, 1, 5), factor).Length);

    [Fact]
    public void Jumps_are_where_a_piece_does_not_begin_at_the_value_that_the_one_before_it_goes_to()
    {
        var joined = new Warmup(0.4, 5).Then(new Cosine(0.4, 0.1, 20)).Then(0.05);
        Assert.Equal([new Jump(25, 0.1, 0.05)], joined.Jumps);
        Assert.Empty(new Constant(1, length: 0).Then(new Constant(2, length: 3)).Then(2).Jumps);
    }
}
