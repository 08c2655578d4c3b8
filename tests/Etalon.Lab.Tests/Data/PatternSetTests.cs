using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public class PatternSetTests
{
    private static readonly PatternSpec Bare = new() { Sigma = 0, Noise = 0.25, Simple = 2, Complex = 5 };

    [Fact]
    public void Kinds_have_the_shares_that_the_recipe_says_and_tests_have_no_noise()
    {
        var set = PatternSet.Generate(new PatternSpec { Noise = 0.3 }, training: 1001, test: 100, seed: 1);
        Assert.Equal([("simple", 351), ("complex", 350), ("noisy", 300)], set.Training.Groups.Select(group => (group.Name, group.Count)));
        Assert.Equal([("simple", 50), ("complex", 50)], set.Test.Groups.Select(group => (group.Name, group.Count)));
        Assert.All(Enumerable.Range(0, 1001), image => Assert.Single(set.Training.Groups, group => group.Contains(image)));
    }

    [Fact]
    public void Without_pixel_noise_images_of_one_pattern_are_equal_in_both_splits_and_of_one_class()
    {
        var set = PatternSet.Generate(Bare, training: 1000, test: 200, seed: 3);
        var seen = new Dictionary<int, (string Pixels, byte Label)>();
        foreach (var split in new[] { set.Training, set.Test })
            for (int image = 0; image < split.Count; image++)
            {
                int pattern = split.Patterns![image];
                if (pattern < 0) continue;
                var now = (Convert.ToHexString(split.Pixels.Slice(image * 256, 256)), split.Labels[image]);
                Assert.Equal(seen.TryAdd(pattern, now) ? now : seen[pattern], now);
            }
        // 20 simple and 50 complex patterns; 375 images show a complex one, so that one is missing with a probability of 50 (49/50)^375 =
        // 0.03.
        Assert.Equal(70, seen.Count);
        Assert.Equal(70, seen.Values.Select(entry => entry.Pixels).Distinct().Count());
        Assert.Equal([0, 255], set.Training.Pixels.ToArray().Distinct().Order().Select(pixel => (int)pixel));
    }

    [Fact]
    public void Noisy_images_show_nothing_that_comes_again()
    {
        var set = PatternSet.Generate(Bare, training: 1000, test: 10, seed: 3);
        var noisy = set.Training.Group("noisy").Members.ToList();
        Assert.All(noisy, image => Assert.Equal(-1, set.Training.Patterns![image]));
        Assert.Equal(1000 - 250 + 250, noisy.Count + set.Training.Group("simple").Count + set.Training.Group("complex").Count);
        Assert.Equal(250, noisy.Select(image => Convert.ToHexString(set.Training.Pixels.Slice(image * 256, 256))).Distinct().Count());
        Assert.Equal(10, noisy.Select(image => set.Training.Labels[image]).Distinct().Count());
    }

    [Fact]
    public void The_noise_of_a_pixel_has_the_deviation_that_the_recipe_says()
    {
        const double Sigma = 0.5, Reach = 1 + 5 * Sigma;
        var still = PatternSet.Generate(Bare, 200, 1, seed: 5).Training;
        var noisy = PatternSet.Generate(Bare with { Sigma = Sigma }, 200, 1, seed: 5).Training;
        double[] noise = [.. Enumerable.Range(0, still.Pixels.Length)
            .Select(i => noisy.Pixels[i] * 2 * Reach / 255 - Reach - (still.Pixels[i] == 255 ? 1 : -1))];
        double mean = noise.Average(), deviation = Math.Sqrt(noise.Average(value => value * value));
        // 51,200 normal numbers: standard errors sigma / sqrt(N) = 0.0022 and sigma / sqrt(2 N) = 0.0016; four of each.
        Assert.Equal(0, mean, 0.009);
        Assert.Equal(Sigma, deviation, 0.0064);
    }

    [Fact]
    public void Tiled_patterns_repeat_a_block_of_four_pixels_where_simple_and_eight_where_complex()
    {
        var set = PatternSet.Generate(Bare with { Kind = PatternKind.Tiled }, training: 40, test: 4, seed: 1);
        Assert.Equal(new ImageSize(32, 32, 3), set.Image);
        foreach (var (group, block) in new[] { ("simple", 4), ("complex", 8), ("noisy", 8) })
            foreach (int image in set.Training.Group(group).Members)
            {
                byte[] pixels = set.Training.Pixels.Slice(image * 3072, 3072).ToArray();
                Assert.All(Enumerable.Range(0, 3072),
                    i => Assert.Equal(pixels[(i / 96 % block * 32 + i / 3 % 32 % block) * 3 + i % 3], pixels[i]));
                Assert.NotEqual(pixels[..(block / 2 * 3)], pixels[(block / 2 * 3)..(block * 3)]);
            }
    }

    // Every machine must draw these bytes.
    [Theory]
    [InlineData(PatternKind.Iid, "18aba3865baca997ad637ad52df58febb1e5d23f5cf4725ee2")]
    [InlineData(PatternKind.Tiled, "d7c2650ada2ae692cf26bd5587e0d3e3bad87d006308bc8078")]
    public void The_bytes_are_fixed(PatternKind kind, string hash) =>
        Assert.StartsWith(hash, PatternSet.Generate(new PatternSpec { Kind = kind, Sigma = 1 }, 100, 20, seed: 1).ContentHash,
            StringComparison.Ordinal);

    [Fact]
    public void Another_seed_gives_other_bytes_and_the_first_images_do_not_depend_on_how_many_there_are_but_for_their_kind()
    {
        var one = PatternSet.Generate(Bare with { Noise = 0 }, 50, 10, seed: 1);
        Assert.NotEqual(one.ContentHash, PatternSet.Generate(Bare with { Noise = 0 }, 50, 10, seed: 2).ContentHash);
        Assert.Equal(one.Training.Labels, PatternSet.Generate(Bare with { Noise = 0 }, 80, 10, seed: 1).Training.Labels[..50]);
    }

    [Theory]
    [InlineData(10, 3.3219)]
    [InlineData(100, 6.6439)]
    public void The_complexity_of_n_equally_likely_patterns_is_their_logarithm(int patterns, double bits)
    {
        var split = Shown([.. Enumerable.Range(0, 10 * patterns)], patterns);
        Assert.Equal(bits, PatternComplexity.Of(split), 1e-4);
    }

    // H = 1 + (log2 10 + log2 100) / 2 bits for a class that shows half of each.
    [Fact]
    public void Half_simple_and_half_complex_patterns_together_have_a_bit_more_than_the_mean_of_both()
    {
        int[] simple = [.. Enumerable.Range(0, 1000).Select(i => i % 10)],
            complex = [.. Enumerable.Range(0, 1000).Select(i => 10 + i % 100)];
        Assert.Equal(1 + (Math.Log2(10) + Math.Log2(100)) / 2, PatternComplexity.Of(Shown([.. simple, .. complex], 110)), 1e-12);
    }

    [Fact]
    public void There_is_no_complexity_where_patterns_are_not_known_and_no_group_of_an_unknown_name()
    {
        var digits = DataCatalog.Load("digits").Training;
        Assert.Contains("ps10", Assert.Throws<Lab.InputException>(() => PatternComplexity.Of(digits)).Message);
        Assert.Contains("this split has no tags", Assert.Throws<Lab.InputException>(() => digits.Group("simple")).Message);
        var set = PatternSet.Generate(Bare, 20, 2, seed: 1).Training;
        Assert.Contains("there are simple, complex, noisy", Assert.Throws<Lab.InputException>(() => set.Group("clean")).Message);
    }

    private static Split Shown(int[] patterns, int perClass) =>
        new(new byte[patterns.Length], [.. patterns.Select(pattern => (byte)(pattern / perClass))]) { Patterns = patterns };
}
