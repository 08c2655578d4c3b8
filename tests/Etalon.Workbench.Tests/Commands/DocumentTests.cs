using System.Text.RegularExpressions;
using Etalon.Lab.Recipes;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>What the documents show is what the commands print, and their recipes are recipes.</summary>
public partial class DocumentTests
{
    public static TheoryData<string> Commands => [.. Blocks("console").Select(block => block.Trim())];

    public static TheoryData<string> Recipes => [.. Blocks("yaml").Where(block => !IsSweep(block))];

    public static TheoryData<string> Sweeps => [.. Blocks("yaml").Where(IsSweep)];

    [Theory, MemberData(nameof(Commands))]
    public async Task A_command_prints_what_the_document_shows(string block)
    {
        var lines = block.Split('\n', 2);
        var args = lines[0]["$ etalon ".Length..].Split(' ')
            .Select(word => word.StartsWith("recipes/", StringComparison.Ordinal) ? Cli.Recipe(word[8..]) : word);
        var (_, output, error) = await Cli.Run([.. args]);
        Assert.Equal(lines.Length > 1 ? lines[1] : "", Spaces().Replace(error + output, "").TrimEnd());
    }

    [Theory, MemberData(nameof(Recipes))]
    public void A_recipe_in_a_document_reads_without_a_warning(string recipe) => Assert.Empty(RecipeReader.Read(recipe).Warnings);

    [Theory, MemberData(nameof(Sweeps))]
    public void A_sweep_in_a_document_reads(string sweep) =>
    Assert.NotEmpty(SweepReader.Read(sweep, Path.Combine(AppContext.BaseDirectory, "sweeps", "sweep.yaml")).Configurations);

    [Fact]
    public void Every_ready_made_sweep_reads() => Assert.All(
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "sweeps"), "*.yaml"),
        file => Assert.NotEmpty(SweepReader.ReadFile(file).Configurations));

    [Fact]
    public void Every_optimizer_and_each_of_its_options_stands_in_the_documents()
    {
        var table = Document("wngrad.md").Split('\n').SkipWhile(line => line != "## The rules")
            .TakeWhile(line => line != "### Options of WNGrad").ToList();
        foreach (var family in OptimizerFamily.All)
        {
            string row = Assert.Single(table,
                line => line.StartsWith('|') && line.Split('|')[1].Contains($"`{family.Name}`", StringComparison.Ordinal));
            Assert.All(family.Options, option => Assert.Contains($"`{option.Key}`", row, StringComparison.Ordinal));
            Assert.Contains($"`{family.Name}`", Document("recipes.md"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_of_prose_in_the_documents_has_at_most_140_columns() => Assert.Empty(
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "docs"), "*.md").SelectMany(file =>
            Fences().Replace(File.ReadAllText(file), "").Split('\n')
                .Where(line => line.Length > 140 && line[0] != '|' && !line.Contains("![", StringComparison.Ordinal))
                .Select(line => $"{Path.GetFileName(file)}: {line}")));

    private static bool IsSweep(string block) => block.Split('\n').Any(line => line.StartsWith("recipe:", StringComparison.Ordinal));

    private static string Document(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", name));

    private static IEnumerable<string> Blocks(string language) =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "docs"), "*.md").Order(StringComparer.Ordinal)
            .SelectMany(file => Fences().Matches(File.ReadAllText(file)))
            .Where(match => match.Groups["language"].Value == language).Select(match => match.Groups["text"].Value);

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("[ ]+$", RegexOptions.Multiline)]
    private static partial Regex Spaces();
}
