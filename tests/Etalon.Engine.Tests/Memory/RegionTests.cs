namespace Etalon.Engine.Tests.Memory;

public class RegionTests
{
    [Fact]
    public unsafe void Tensors_lie_one_after_another_on_64_byte_lines_and_begin_at_zero()
    {
        using var region = new Region<float>();
        var a = region.Declare("a", 3, 5);
        var b = region.Declare("b", 17);
        region.Allocate();

        Assert.Equal((0L, 16L), (a.Offset, b.Offset));
        Assert.Equal(48, region.Length);
        Assert.Equal(0, (long)a.Pointer % 64);
        Assert.All(region.Span.ToArray(), value => Assert.Equal(0, value));
        b.Span.Fill(2);
        Assert.Equal(34, region.Span.ToArray().Sum());
        Assert.Same(b, region["b"]);
    }

    [Fact]
    public void A_mirror_has_the_same_offsets()
    {
        using var region = new Region<double>();
        region.Declare("a", 3);
        region.Declare("b", 9);
        using var mirror = new Region<double>();
        mirror.Mirror(region);
        Assert.Equal(region.Tensors.Select(tensor => (tensor.Name, tensor.Offset)),
            mirror.Tensors.Select(tensor => (tensor.Name, tensor.Offset)));
    }

    [Fact]
    public unsafe void A_region_and_its_mirrors_begin_at_different_places_of_a_page_all_on_64_byte_lines()
    {
        using var region = new Region<float>();
        region.Declare("a", 3000);
        var regions = new List<Region<float>> { region };
        for (int i = 0; i < 7; i++)
        {
            regions.Add(new());
            regions[^1].Mirror(region);
        }
        foreach (var one in regions) one.Allocate();

        long[] places = [.. regions.Select(one => (long)one.Pointer % 4096)];
        Assert.Equal(places.Length, places.Distinct().Count());
        Assert.All(places, place => Assert.Equal(0, place % 64));
        foreach (var one in regions)
        {
            one.Span.Fill(1);
            one.Dispose();
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_with_its_name()
    {
        using var region = new Region<float>();
        region.Declare("a", 1);
        Assert.Contains("'a'", Assert.Throws<InvalidOperationException>(() => region.Declare("a", 2)).Message, StringComparison.Ordinal);
        Assert.Contains("'b'", Assert.Throws<KeyNotFoundException>(() => region["b"]).Message, StringComparison.Ordinal);
        region.Allocate();
        Assert.Throws<InvalidOperationException>(() => region.Declare("c", 1));
        Assert.Throws<InvalidOperationException>(region.Allocate);
    }
}
