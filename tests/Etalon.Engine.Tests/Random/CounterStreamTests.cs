using Etalon.Engine.Random;

namespace Etalon.Engine.Tests.Random;

public class CounterStreamTests
{
    // The known answers that come with the Random123 library (Salmon et al. 2011).
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u,
        0x24126ea1u)]
    public void Philox_gives_the_known_answers(uint c0, uint c1, uint c2, uint c3, uint k0, uint k1, uint w0, uint w1, uint w2, uint w3) =>
        Assert.Equal((w0, w1, w2, w3), Philox.Words((c0, c1, c2, c3), k0, k1));

    [Fact]
    public void A_stream_is_a_function_of_its_address()
    {
        Assert.Equal(Words(new CounterStream(1, "a", 2, 3)), Words(new CounterStream(1, "a", 2, 3)));
        CounterStream[] others =
            [new(2, "a", 2, 3), new(1, "b", 2, 3), new(1, "a", 3, 3), new(1, "a", 2, 4), new(1, "a", 2 + (1UL << 32), 3)];
        Assert.All(others, other => Assert.NotEqual(Words(new CounterStream(1, "a", 2, 3)), Words(other)));
    }

    [Fact]
    public void Whole_numbers_below_a_bound_come_equally_often()
    {
        var stream = new CounterStream(1, "bound");
        int[] counts = new int[7];
        for (int i = 0; i < 70_000; i++) counts[stream.NextBelow(7)]++;
        // A count has mean 10,000 and deviation sqrt(10,000 x 6/7) = 93: five deviations.
        Assert.All(counts, count => Assert.InRange(count, 9535, 10465));
    }

    [Fact]
    public void Uniform_and_normal_numbers_have_their_moments()
    {
        var stream = new CounterStream(1, "moments");
        const int n = 100_000;
        double uniform = 0, normal = 0, square = 0, fourth = 0;
        for (int i = 0; i < n; i++)
        {
            double u = stream.NextDouble();
            Assert.InRange(u, 0, 1 - 1e-16);
            uniform += u / n;
            double z = stream.NextNormal();
            normal += z / n;
            square += z * z / n;
            fourth += z * z * z * z / n;
        }
        // Five standard errors: 0.289, 1, sqrt 2 and sqrt 96 over sqrt n.
        Assert.Equal(0.5, uniform, 0.0046);
        Assert.Equal(0, normal, 0.016);
        Assert.Equal(1, square, 0.023);
        Assert.Equal(3, fourth, 0.155);
    }

    private static uint[] Words(CounterStream stream) => [.. Enumerable.Range(0, 9).Select(_ => stream.NextUInt())];
}
