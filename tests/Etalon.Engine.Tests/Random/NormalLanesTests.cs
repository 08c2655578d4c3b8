namespace Etalon.Engine.Tests.Random;

public class NormalLanesTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(7)]
    [InlineData(64)]
    public void A_lane_is_Box_and_Mullers_transformation_of_its_stream(int count)
    {
        var values = new Lanes[count];
        const ulong first = (1UL << 32) - 2;
        var normals = new NormalLanes(3, "noise", first);
        for (int fill = 0; fill < 3; fill++)
        {
            normals.Fill(values);
            for (int lane = 0; lane < Lanes.Count; lane++)
            {
                var stream = new CounterStream(3, "noise", first + (ulong)lane);
                // A fill begins with a new block of four words.
                for (int skipped = 0; skipped < fill * ((count + 3) / 4 * 4); skipped++) stream.NextUInt();
                for (int i = 0; i < count; i += 2)
                {
                    var (cosine, sine) = BoxMuller(stream.NextUInt(), stream.NextUInt());
                    Assert.Equal(cosine, values[i][lane], 2e-10);
                    if (i + 1 < count) Assert.Equal(sine, values[i + 1][lane], 2e-10);
                }
            }
        }
    }

    [Fact]
    public void A_replica_draws_the_same_numbers_in_every_lane()
    {
        Lanes[] at4 = new Lanes[10], at6 = new Lanes[10];
        new NormalLanes(1, "a", 4).Fill(at4);
        new NormalLanes(1, "a", 6).Fill(at6);
        Assert.All(Enumerable.Range(0, 10), i => Assert.Equal((at4[i][2], at4[i][3]), (at6[i][0], at6[i][1])));
    }

    [Fact]
    public void They_have_the_moments_of_a_standard_normal_and_neighbors_are_uncorrelated()
    {
        const int n = 100_000;
        var values = new Lanes[n / Lanes.Count];
        new NormalLanes(1, "moments", 0).Fill(values);
        double[] z = [.. values.SelectMany(value => Enumerable.Range(0, Lanes.Count).Select(lane => value[lane]))];
        // Five standard errors: 1, sqrt 2, sqrt 15, sqrt 96 and 1 over sqrt n.
        Assert.Equal(0, z.Average(), 0.016);
        Assert.Equal(1, z.Average(x => x * x), 0.023);
        Assert.Equal(0, z.Average(x => x * x * x), 0.062);
        Assert.Equal(3, z.Average(x => x * x * x * x), 0.155);
        foreach (int apart in (int[])[1, 2, 4, 8]) Assert.Equal(0, z.Zip(z.Skip(apart), (x, y) => x * y).Average(), 0.016);
    }

    [Fact]
    public void As_many_lie_below_each_bound_as_the_normal_law_says()
    {
        const int n = 100_000;
        var values = new Lanes[n / Lanes.Count];
        new NormalLanes(2, "law", 0).Fill(values);
        double[] z = [.. values.SelectMany(value => Enumerable.Range(0, Lanes.Count).Select(lane => value[lane]))];
        // Of the normal distribution function, from tables; five deviations sqrt(n p (1 - p)).
        foreach (var (bound, p) in ((double, double)[])[(-3, 0.0013498980316), (-2, 0.0227501319482), (-1, 0.1586552539315), (0, 0.5),
            (0.5, 0.6914624612740), (1.5, 0.9331927987311), (2.5, 0.9937903346742)])
            Assert.Equal(n * p, z.Count(x => x < bound), 5 * Math.Sqrt(n * p * (1 - p)));
    }

    [Fact]
    public void An_inner_product_is_that_of_each_lane()
    {
        Lanes[] a = new Lanes[11], b = new Lanes[11];
        new NormalLanes(1, "a", 0).Fill(a);
        new NormalLanes(1, "b", 0).Fill(b);
        var dot = Lanes.Dot(a, b);
        for (int lane = 0; lane < Lanes.Count; lane++)
            Assert.Equal(Enumerable.Range(0, 11).Sum(i => a[i][lane] * b[i][lane]), dot[lane], 1e-14);
    }

    // Three bits of the second word for the octant: the signs of both, and whether they change places.
    private static (double, double) BoxMuller(uint ofRadius, uint ofAngle)
    {
        double radius = Math.Sqrt(-2 * Math.Log((ofRadius + 0.5) / 4294967296));
        var (sine, cosine) = Math.SinCos(((ofAngle & 0x1FFFFFFF) + 0.5) / 536870912 * Math.PI / 4);
        if ((ofAngle >> 29 & 1) == 1) (sine, cosine) = (cosine, sine);
        return ((ofAngle >> 31 & 1) == 1 ? -radius * cosine : radius * cosine, (ofAngle >> 30 & 1) == 1 ? -radius * sine : radius * sine);
    }
}
