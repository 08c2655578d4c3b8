using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Data;

/// <summary>Data sets restricted to classes, and images brought to another size.</summary>
public class ChosenClassesTests
{
    private static readonly DataSet Digits = DataCatalog.Load("digits");

    [Fact]
    public void Classes_are_renumbered_as_they_stand_in_the_list_and_keep_their_names_and_images()
    {
        var data = Prepared("set: digits, classes: [7, 2, 3]");
        Assert.Equal(["7", "2", "3"], data.ClassNames);
        foreach (var (split, was) in new[] { (data.Training, Digits.Training), (data.Test, Digits.Test) })
        {
            int[] places = [.. Enumerable.Range(0, was.Count).Where(i => was.Labels[i] is 7 or 2 or 3)];
            Assert.Equal(places.Select(i => "723".IndexOf((char)('0' + was.Labels[i]), StringComparison.Ordinal)),
                split.Labels.ToArray().Select(label => (int)label));
            Assert.All(places.Index(),
                place => Assert.True(was.Pixels.Slice(place.Item * 64, 64).SequenceEqual(split.Pixels.Slice(place.Index * 64, 64))));
        }
        Assert.NotEqual(Digits.Statistics.Means[0], data.Statistics.Means[0]);
    }

    [Fact]
    public void Limits_count_images_of_the_classes()
    {
        var spec = Spec("set: digits, classes: [0, 1], train: 50, test: 20, batch: 10");
        var data = RecipeData.Prepare(spec, Digits);
        Assert.Equal((50, 20, 5L), (data.Training.Count, data.Test.Count, spec.StepsPerEpoch));
        Assert.Equal((136 + 154, 42 + 28),
            (Spec("set: digits, classes: [0, 1]").TrainCount, Spec("set: digits, classes: [0, 1]").TestCount));
        Assert.Contains("data.train = 300: must be at most 290", Problem("set: digits, classes: [0, 1], train: 300"));
    }

    [Theory]
    [InlineData("digits")]
    [InlineData("mnist")]
    [InlineData("fashion-mnist")]
    [InlineData("cifar10")]
    [InlineData("cifar100")]
    public void The_catalog_knows_how_many_images_each_class_has(string name)
    {
        var entry = DataCatalog.Find(name);
        var whole = entry.SizeOf([.. Enumerable.Range(0, entry.ClassCount)]);
        Assert.Equal((entry.TrainingCount, entry.TestCount), (whole.Train, whole.Test));
        Assert.SkipUnless(entry.IsEmbedded || DataPlaces.OfThisMachine.TryFind(entry) is not null,
            $"{name} is not on this machine; its classes were only added up");
        var data = DataCatalog.Load(name);
        for (int label = 0; label < entry.ClassCount; label++)
            Assert.Equal(new DataSetSize(data.Training.Labels.Count((byte)label), data.Test.Labels.Count((byte)label)),
                entry.SizeOf([label]));
    }

    [Fact]
    public void Of_a_generated_set_the_classes_are_counted_among_the_images_drawn_with_their_tags()
    {
        var spec = Spec("set: ps10, classes: [4, 1], train: 500, test: 200, seed: 3, batch: 1");
        var data = RecipeData.Prepare(spec, RecipeData.Load(spec));
        Assert.Equal((spec.TrainCount, spec.TestCount), (data.Training.Count, data.Test.Count));
        Assert.InRange(data.Training.Count, 60, 140);
        var whole = RecipeData.Load(Spec("set: ps10, train: 500, test: 200, seed: 3")).Training;
        int[] places = [.. Enumerable.Range(0, 500).Where(i => whole.Labels[i] is 4 or 1)];
        Assert.Equal(places.Select(i => whole.Patterns![i]), data.Training.Patterns!);
        Assert.Equal(places.Select(whole.Group("simple").Contains),
            places.Index().Select(place => data.Training.Group("simple").Contains(place.Index)));
        Assert.Contains("must be at most", Problem("set: ps10, classes: [4, 1], train: 20, test: 20, batch: 20"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_labels_stay_within_the_classes()
    {
        var training = Prepared("set: digits, classes: [5, 6], label_noise: {fraction: 0.5}").Training;
        Assert.True(training.Labels.IndexOfAnyExceptInRange((byte)0, (byte)1) < 0);
        Assert.InRange(training.Group("corrupted").Count, 40, 110);
    }

    [Theory]
    [InlineData("classes: [1]", "data.classes = [...]: must be at least two labels, each once")]
    [InlineData("classes: [1, 1]", "must be at least two labels, each once")]
    [InlineData("classes: [-1, 1]", "must be at least two labels, each once")]
    [InlineData("classes: [3, 10]", "digits has the classes 0 to 9; name some of them")]
    [InlineData("classes: 3", "data.classes = 3: must be a list")]
    [InlineData("classes: [a, b]", "data.classes = a: must be a whole number")]
    [InlineData("image: 32x32", "data.image = 32x32: must be height x width x channels")]
    [InlineData("image: 0x8x1", "must be height x width x channels")]
    [InlineData("image: 513x8x1", "each at most 512")]
    [InlineData("image: 7x8x1", "the images have 8x8x1, and images are padded, not cut or scaled")]
    public void What_is_impossible_is_said(string keys, string message) =>
    Assert.Contains(message, Problem($"set: digits, {keys}"), StringComparison.Ordinal);

    [Fact]
    public void Colors_are_not_repeated() =>
    Assert.Contains("only a single channel is repeated", Problem("set: cifar10, image: 32x32x6"), StringComparison.Ordinal);

    [Fact]
    public void Classes_of_a_data_set_of_ones_own_are_checked_too()
    {
        var own = new DataSet("own", new(1, 1, 1), 255, ["a", "b", "c"], new([1, 2], [0, 0]), new([1], [0]));
        Assert.Contains("own has the classes 0 to 2",
            Assert.Throws<InputException>(() => RecipeData.Prepare(Spec("set: digits, classes: [2, 3]"), own)).Message,
            StringComparison.Ordinal);
        Assert.Contains("no training image of own is of these classes",
            Assert.Throws<InputException>(() => RecipeData.Prepare(Spec("set: digits, classes: [1, 2]"), own)).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => own.OfClasses([0, 0]));
    }

    [Fact]
    public void A_fitted_image_is_centered_in_black_with_its_channel_repeated()
    {
        var data = Prepared("set: digits, image: 11x10x3, train: 3, test: 2, batch: 1");
        Assert.Equal(new ImageSize(11, 10, 3), data.Image);
        for (int image = 0; image < 3; image++)
            for (int y = 0; y < 11; y++)
                for (int x = 0; x < 10; x++)
                    for (int channel = 0; channel < 3; channel++)
                    {
                        bool isInside = y is >= 1 and < 9 && x is >= 1 and < 9;
                        byte expected = isInside ? Digits.Training.Pixels[image * 64 + (y - 1) * 8 + x - 1] : (byte)0;
                        Assert.Equal(expected, data.Training.Pixels[((image * 11 + y) * 10 + x) * 3 + channel]);
                    }
    }

    [Fact]
    public void More_pixels_than_an_array_holds_are_refused() => Assert.Contains(
        "a split holds at most 2730 images of that size",
        Assert.Throws<InputException>(
            () => RecipeData.Prepare(Spec("set: ps10, train: 3000, image: 512x512x3"),
                PatternSet.Generate(new PatternSpec(), 3000, 1, seed: 1))).Message, StringComparison.Ordinal);

    [Fact]
    public void Patches_are_put_on_the_fitted_image()
    {
        var data = Prepared("set: digits, image: 12x12x1, patches: {fraction: 1, size: 12}");
        Assert.Equal(144, data.Training.Pixels.Length / data.Training.Count);
        Assert.Equal(10,
            Enumerable.Range(0, data.Training.Count).Select(i => Convert.ToHexString(data.Training.Pixels.Slice(i * 144, 144))).Distinct()
                .Count());
    }

    [Fact]
    public void Both_are_part_of_the_hash_and_come_back_from_what_is_written()
    {
        string[] data = ["set: digits", "set: digits, classes: [0, 1]", "set: digits, classes: [1, 0]", "set: digits, image: 9x9x1",
            "set: ps10, classes: [0, 1], train: 1000"];
        var specs = data.Select(keys => RecipeReader.Read($"name: a\nduration: 1ba\nlearning_rate: 0\ndata: {{{keys}}}").Recipe).ToList();
        Assert.Equal(data.Length, specs.Select(spec => spec.Hash).Distinct().Count());
        foreach (var spec in specs)
        {
            var again = RecipeReader.Read(RecipeWriter.ToYaml(spec)).Recipe;
            Assert.Equal(spec.Hash, again.Hash);
            Assert.Equal(spec.Data!.Classes, again.Data!.Classes);
            Assert.Equal((spec.Data.FitTo, spec.Data.TrainCount, spec.Data.TestCount),
                (again.Data.FitTo, again.Data.TrainCount, again.Data.TestCount));
        }
    }

    private static DataSet Prepared(string data) => RecipeData.Prepare(Spec(data), Digits);

    private static DataSpec Spec(string data) => RecipeReader.Read(Recipe(data)).Recipe.Data!;

    private static string Problem(string data) => Assert.Throws<InputException>(() => RecipeReader.Read(Recipe(data))).Message;

    private static string Recipe(string data) => $"duration: 1ba\nlearning_rate: 0\ndata: {{{data}}}";
}
