using Etalon.Lab.Charts;

namespace Etalon.Lab.Tests.Charts;

public class PolylineTests
{
    [Fact]
    public void A_thinned_line_passes_every_point_within_the_tolerance_and_needs_few_points()
    {
        var points = Enumerable.Range(0, 2001).Select(i => (X: i / 2.0, Y: 100 * Math.Cos(i / 300.0))).ToList();
        var thin = Polyline.Thin(points, 0.1);
        Assert.InRange(thin.Count, 10, 120);
        Assert.Equal((points[0], points[^1]), (thin[0], thin[^1]));
        foreach (var (x, y) in points)
        {
            int after = Math.Max(1, thin.FindIndex(point => point.X >= x));
            var ((x0, y0), (x1, y1)) = (thin[after - 1], thin[after]);
            Assert.InRange(Math.Abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y), 0, 0.2);
        }
    }

    [Fact]
    public void A_straight_line_keeps_its_ends_and_a_jump_its_corners()
    {
        Assert.Equal([(0, 0), (9, 18)], Polyline.Thin([.. Enumerable.Range(0, 10).Select(i => ((double)i, 2.0 * i))], 0.1));
        Assert.Equal([(0, 5), (3, 5), (3, 1), (6, 1)],
            Polyline.Thin([(0, 5), (1, 5), (2, 5), (3, 5), (3, 1), (4, 1), (5, 1), (6, 1)], 0.1));
    }
}
