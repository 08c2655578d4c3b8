using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Data;

public sealed class TextSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_windows_labels_are_its_characters_one_further_and_the_last_tenth_is_tested_on()
    {
        string text = string.Concat(Enumerable.Range(0, 500).Select(i => (char)('a' + i * i % 26)));
        var data = Load(text, context: 20, training: 7, test: 3);
        Assert.Equal((7, 3, 20), (data.Training.Count, data.Test.Count, data.Training.LabelsPerImage));
        Assert.True(data.IsText);
        foreach (var (split, part) in new[] { (data.Training, text[..450]), (data.Test, text[450..]) })
        {
            for (int i = 0; i < split.Count; i++)
            {
                string window = TextSymbols.Text(split.Pixels.Slice(20 * i, 20)), next = TextSymbols.Text(split.Labels.Slice(20 * i, 20));
                Assert.Equal(window[1..], next[..^1]);
                Assert.Contains(window + next[^1], part, StringComparison.Ordinal);
            }
            Assert.StartsWith(TextSymbols.Text(split.Pixels[..20]), part, StringComparison.Ordinal);
            Assert.EndsWith(TextSymbols.Text(split.Labels[^20..]), part, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Symbols_are_the_line_feed_the_printable_characters_and_one_for_all_others()
    {
        Assert.Equal(97, TextSymbols.Count);
        Assert.Equal(TextSymbols.Count, TextSymbols.Names.Count);
        Assert.Equal([0, 1, 95, 34, 96, 96], TextSymbols.Of("\r\n ~Aé\t").Select(symbol => (int)symbol));
        string all = string.Concat(Enumerable.Range(' ', 95).Select(code => (char)code)) + "\n";
        Assert.Equal(all, TextSymbols.Text(TextSymbols.Of(all)));
    }

    [Fact]
    public void The_text_that_etalon_makes_is_plain_always_the_same_and_no_repetition_of_itself()
    {
        string text = TextGrammar.Text;
        Assert.Equal(150_000, text.Length);
        Assert.DoesNotContain(TextSymbols.Other, TextSymbols.Of(text));
        Assert.Equal("Nine and one are ten. Clara paints the miller, but", text[..50]);
        var sentences = text.Split(". ").ToList();
        Assert.True(sentences.Distinct().Count() > 0.9 * sentences.Count, "sentences come again");
    }

    [Fact]
    public void Batches_hold_symbols_as_they_are_and_a_label_for_each()
    {
        var data = Load(TextGrammar.Text[..5000], context: 16, training: 10, test: 2);
        var source = BatchSource<float>.ForTraining(data, 4, new BatchOptions { Seed = 3 });
        float[] pixels = new float[4 * 16];
        int[] labels = new int[4 * 16];
        Assert.Equal(4, source.Fill(0, 0, pixels, labels));
        for (int image = 0; image < 4; image++)
            Assert.Equal(pixels.Skip(16 * image + 1).Take(15), labels.Skip(16 * image).Take(15).Select(label => (float)label));
        Assert.Throws<ArgumentException>(() => source.Fill(0, 0, pixels, labels.AsSpan(1)));
    }

    [Theory]
    [InlineData("nothing.txt", null, "no such file; name a file of plain text")]
    [InlineData("short.txt", "abc",
        "short.txt has 3 characters, of which a tenth is tested on; windows of 16 characters need at least 170")]
    [InlineData("odd.txt", "äöü", "100 % of its characters are neither printable ASCII nor line feeds")]
    public void A_file_that_is_no_text_of_that_kind_is_refused_with_the_rule(string name, string? text, string message)
    {
        string path = Path.Combine(_folder.Path, name);
        if (text is not null) File.WriteAllText(path, name == "odd.txt" ? string.Concat(Enumerable.Repeat(text, 100)) : text);
        var refused = Assert.Throws<InputException>(() => TextSet.Load(new TextSpec { File = path, Context = 16 }, 2, 1));
        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_finds_its_text_beside_itself_and_its_hash_does_not_depend_on_the_place()
    {
        const string Recipe = "{duration: 1ep, learning_rate: 0.1, data: {set: text, file: my.txt, context: 32, train: 40, batch: 8}}";
        var here = RecipeReader.Read(Recipe, Path.Combine(_folder.Path, "r.yaml")).Recipe;
        Assert.Equal(Path.Combine(_folder.Path, "my.txt"), here.Data!.Text!.File);
        Assert.Equal(new ImageSize(1, 32, 1), here.Data.Image);
        Assert.Equal((5, 40, 200), (here.TotalSteps, here.Data.TrainCount, here.Data.TestCount));
        Assert.Equal(here.Hash, RecipeReader.Read(Recipe, "elsewhere/r.yaml").Recipe.Hash);
        Assert.Equal(here.Hash, RecipeReader.Read(RecipeWriter.ToJson(here).ToJsonString()).Recipe.Hash);
    }

    [Fact]
    public void What_only_images_or_only_texts_have_is_refused_with_the_key()
    {
        var problems = Assert.Throws<InputException>(() => RecipeReader.Read("""
            duration: 1ep
            learning_rate: 0.1
            data: {set: text, context: 1, augment: flip, classes: [1, 2], batch: 5000}
            model: {name: mlp}
            """, "r.yaml")).Problems;
        Assert.Equal(
            [
                "r.yaml:3:28: data.context = 1: must be from 2 to 1024 characters; the usual choice is 64",
                "r.yaml:3:40: data.augment = flip: only sets of images have it, and this is a text; remove the key",
                "r.yaml:3:55: data.classes = [...]: only sets of images have it, and this is a text; remove the key",
                "r.yaml:3:70: data.batch = 5000: must be at most 2000, the training images of an epoch, or full; the usual choice is 128",
                "r.yaml:4:8: model.name = mlp: a text is read by a transformer; write name: transformer, or another data set",
            ],
            problems);
        Assert.Contains("data.context = 8: only the set text has it; remove the key, or write set: text",
            Assert.Throws<InputException>(() => RecipeReader.Read(
                "{duration: 1ep, learning_rate: 0.1, data: {set: digits, context: 8}, model: {name: transformer}}", "r.yaml")).Message,
            StringComparison.Ordinal);
    }

    private DataSet Load(string text, int context, int training, int test)
    {
        string path = Path.Combine(_folder.Path, "text.txt");
        File.WriteAllText(path, text);
        return TextSet.Load(new TextSpec { File = path, Context = context }, training, test);
    }
}
