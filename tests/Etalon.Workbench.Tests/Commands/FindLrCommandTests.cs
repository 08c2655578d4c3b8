using System.Text.Json.Nodes;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Tests.Commands;

public sealed class FindLrCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-find-lr").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string[] Small(params string[] rest) =>
        ["find-lr", Cli.Recipe("digits.yaml"), "model.name=mlp", "model.hidden=[32]", .. rest];

    [Fact]
    public async Task What_is_found_is_printed_drawn_and_applied()
    {
        string svg = Path.Combine(_folder, "rates.svg"), found = Path.Combine(_folder, "found.yaml");
        var (code, output, error) = await Cli.Run(Small("--json", "--svg", svg, "--apply", found));
        Assert.Equal(0, code);
        var json = JsonNode.Parse(output)!;
        double rate = json["rate"]!.GetValue<double>(), lower = json["lower"]!.GetValue<double>(),
            upper = json["upper"]!.GetValue<double>();
        // To two digits.
        Assert.InRange(rate / Math.Sqrt(lower * upper), 0.95, 1.05);
        Assert.InRange(json["effective_rate"]!.GetValue<double>(), json["lower_effective_rate"]!.GetValue<double>(),
            json["upper_effective_rate"]!.GetValue<double>());
        Assert.Equal(["WNGrad", "DoG"], json["others"]!.AsArray().Select(other => other!["name"]!.GetValue<string>()));
        Assert.Equal(3, json["seeds"]!.AsArray().Count);
        Assert.EndsWith($"wrote {found}: its largest rate is {rate:R} instead of 0.1\nwrote {svg}\n", error, StringComparison.Ordinal);
        Assert.Equal(rate, RecipeReader.ReadFile(found).Recipe.LearningRate.ValueAt(0), 1e-11);
        string picture = await File.ReadAllTextAsync(svg, TestContext.Current.CancellationToken);
        Assert.All(["effective rate", "usable, and its middle", "WNGrad", "DoG", ">1e-5<", ">10<"],
            text => Assert.Contains(text, picture, StringComparison.Ordinal));
        Assert.Equal(0, (await Cli.Run("train", found, "duration=2ba", "--runs", _folder)).Code);
    }

    [Fact]
    public async Task Where_nothing_is_usable_the_reason_is_said_and_nothing_is_written()
    {
        string found = Path.Combine(_folder, "found.yaml");
        var (code, output, error) = await Cli.Run(Small("--to", "0.02", "--apply", found));
        Assert.Equal(1, code);
        Assert.Contains("no usable rate: seeds 1, 2, 3: its loss had not risen again at the largest rate; give a larger --to", output,
            StringComparison.Ordinal);
        Assert.EndsWith($"{found} was not written: there is no rate to apply\n", error, StringComparison.Ordinal);
        Assert.False(File.Exists(found));
    }

    [Fact]
    public async Task A_loss_that_never_falls_is_no_answer()
    {
        var (code, output, _) = await Cli.Run(Small("--from", "1e-9", "--to", "1e-8"));
        Assert.Equal(1, code);
        Assert.Contains("its loss did not fall by much more than its noise", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from is 0, but the first rate is a number", "--from", "0")]
    [InlineData("--from is -1, but the first rate", "--from", "-1")]
    [InlineData("--to NaN: must be a finite number", "--to", "NaN")]
    [InlineData("--from is 1 and --to 0.1, but a test rises", "--from", "1", "--to", "0.1")]
    [InlineData("a test rises by a factor of 10 at least", "--from", "1", "--to", "1")]
    [InlineData("--updates is 10", "--updates", "10")]
    [InlineData("--seeds is 0", "--seeds", "0")]
    [InlineData("--threads is 0", "--threads", "0")]
    [InlineData("find-lr trains, and needs data and a model", "model=null")]
    [InlineData("needs data and a model", "data=null", "steps_per_epoch=23")]
    [InlineData("optimizer.name = dog: it sets its rate itself", "optimizer.name=dog", "momentum=0")]
    [InlineData("optimizer.name = prodigy: it sets its rate itself", "optimizer.name=prodigy", "momentum=0")]
    [InlineData("optimizer.name = d-adaptation: it sets its rate itself", "optimizer.name=d-adaptation")]
    [InlineData("optimizer.name = wngrad: it sets its rate itself, and remembers", "optimizer.name=wngrad")]
    [InlineData("learning_rate is 0 in every update", "learning_rate=0")]
    [InlineData("learning_rate grows to its last update", "learning_rate={exponential: {from: 0.01, factor: 2, every: 1ep}}",
        "weight_decay=0")]
    [InlineData("learning_rate grows to its last update", "learning_rate={exponential: {from: 0.1, factor: 10, every: 1ba}}",
        "duration=400ba", "weight_decay=0")]
    [InlineData("the name of a file to write is empty", "--apply", "")]
    [InlineData("the name of a file to write is empty", "--svg", " ")]
    [InlineData("/: is a folder", "--apply", "/")]
    [InlineData("/: is a folder", "--svg", "/")]
    [InlineData("\"optimizer={name: sgd}\"", "optimizer={name: wngrad, scope: tensor}", "momentum=0")]
    public async Task Bad_input_is_refused_with_a_remedy(string message, params string[] rest)
    {
        var (code, output, error) = await Cli.Run(Small(rest));
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("bug", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_recipe_itself_is_not_written_over()
    {
        string recipe = Path.Combine(_folder, "mine.yaml");
        File.Copy(Cli.Recipe("digits.yaml"), recipe);
        foreach (string option in (string[])["--apply", "--svg"])
        {
            var (code, _, error) = await Cli.Run("find-lr", recipe, option, recipe);
            Assert.Equal(2, code);
            Assert.Contains($"{option} {recipe} is the recipe itself, ", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_recipe_with_a_long_table_goes_on_naming_its_file()
    {
        string table = Path.Combine(_folder, "rates.csv"), found = Path.Combine(_folder, "found.yaml");
        await File.WriteAllLinesAsync(table, ["step,lr", .. Enumerable.Range(0, 80_000).Select(step => $"{step},{0.1 / (1 + step):R}")],
            TestContext.Current.CancellationToken);
        var (code, _,
            error) = await Cli.Run(
            Small($"learning_rate={{table: {{file: {table}}}}}", "duration=80000ba", "--updates", "50", "--seeds", "1", "--apply", found));
        Assert.Equal(0, code);
        string text = await File.ReadAllTextAsync(found, TestContext.Current.CancellationToken);
        Assert.InRange(text.Length, 1, 2_000);
        double largest = RecipeReader.Read(text, found).Recipe.ToSchedule().LearningRate.ValueAt(0);
        Assert.Contains($"its largest rate is {largest:G12} instead of 0.1", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_says_the_first_rate_as_one_writes_it() =>
        Assert.Contains("The first rate; 1e-5 unless given.", (await Cli.Run("find-lr", "--help")).Output, StringComparison.Ordinal);

    [Fact]
    public async Task Groups_are_said_to_be_left_out_where_others_set_one_rate_for_all()
    {
        var (_, output, _) = await Cli.Run(Small("optimizer.groups={head: {weight_decay: 0}}", "--seeds", "1", "--updates", "60"));
        Assert.Contains("without the recipe's groups",
            string.Join(' ', output.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_problems_of_the_options_are_said_at_once()
    {
        var (code, _, error) = await Cli.Run(Small("--from", "0", "--updates", "1", "--seeds", "1000"));
        Assert.Equal(2, code);
        Assert.Equal(3, error.TrimEnd().Split('\n').Length);
    }
}
