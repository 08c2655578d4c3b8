using System.Text.RegularExpressions;
using Etalon.Lab.Recipes;
using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests;

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
        using var folder = new TemporaryFolder();
        var lines = block.Split('\n', 2);
        string[] words = lines[0]["$ etalon ".Length..].Split(' ');
        var args = words.Select((word, i) =>
            i > 0 && words[i - 1] == "--out" ? Path.Combine(folder.Path, word)
            : word.StartsWith("recipes/", StringComparison.Ordinal) ? Cli.Recipe(word[8..])
            : word.StartsWith("docs/", StringComparison.Ordinal) ? Path.Combine(Root(), word)
            : word);
        var (_, output, error) = await Cli.Run([.. args]);
        string printed = Spaces().Replace(error + output, "").TrimEnd(), shown = lines.Length > 1 ? lines[1] : "";
        foreach (string place in (string[])[folder.Path, Root()])
            printed = printed.Replace(place + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
        // A longer path moves the ends of lines.
        if (words.Any(word => word.StartsWith("docs/", StringComparison.Ordinal))) (printed, shown) = (Squeezed(printed), Squeezed(shown));
        // The last line may say that more follows.
        if (shown.EndsWith("...", StringComparison.Ordinal)) Assert.StartsWith(shown[..^3].TrimEnd(), printed, StringComparison.Ordinal);
        else Assert.Equal(shown, printed);
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
        Documents().SelectMany(file =>
            Fences().Replace(File.ReadAllText(file), "").Split('\n')
                .Where(line => line.Length > 140 && line[0] != '|' && !line.Contains("![", StringComparison.Ordinal))
                .Select(line => $"{Path.GetFileName(file)}: {line}")));

    // What a guide shows of the sources stands in them.
    [Fact]
    public void The_code_in_a_guide_stands_in_a_file_that_the_guide_names()
    {
        var blocks = Guides().SelectMany(file => BlocksOf(file, "csharp").Select(code => (File: file, Code: Squeezed(code)))).ToList();
        Assert.NotEmpty(blocks);
        Assert.All(blocks, block => Assert.Contains(NamedFiles(block.File).Where(File.Exists),
            named => Squeezed(File.ReadAllText(named)).Contains(block.Code, StringComparison.Ordinal)));
    }

    // What a guide has the reader write is not there, but its folder is.
    [Fact]
    public void The_folders_and_files_that_a_guide_or_decision_names_are_there()
    {
        var named = Guides().SelectMany(file => NamedFiles(file).Select(path => (File: file, Path: path))).ToList();
        Assert.True(named.Count > 20);
        Assert.All(named, name => Assert.True(
            Path.Exists(name.Path) || Directory.Exists(Path.GetDirectoryName(name.Path)), $"{name.File}: {name.Path} is not there"));
    }

    [Fact]
    public void The_projects_and_tests_that_a_shell_block_runs_are_there()
    {
        var lines = Blocks("sh").SelectMany(block => block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
            .Select(line => line.Split('#')[0]).ToList();
        var projects = lines.SelectMany(line => Projects().Matches(line)).Select(match => match.Groups["name"].Value).ToList();
        Assert.NotEmpty(projects);
        Assert.All(projects, name => Assert.True(
            Directory.Exists(Path.Combine(Root(), "tests", name)) || Directory.Exists(Path.Combine(Root(), "src", name)), name));
        string tests = string.Concat(
            Directory.EnumerateFiles(Path.Combine(Root(), "tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText));
        var classes = lines.Where(line => line.Contains("--filter-class", StringComparison.Ordinal))
            .SelectMany(line => Patterns().Matches(line)).Select(match => match.Groups["name"].Value).ToList();
        Assert.NotEmpty(classes);
        Assert.All(classes, name => Assert.Matches($@"class \w*{name}\b", tests));
    }

    // A block in another language would be run by nothing.
    [Fact]
    public void Every_block_has_a_language_that_a_test_knows() => Assert.Empty(
        Documents().SelectMany(file => Fences().Matches(File.ReadAllText(file)).Select(block => block.Groups["language"].Value))
            .Distinct().Except(["console", "csharp", "python", "sh", "text", "yaml"]));

    private static bool IsSweep(string block) => block.Split('\n').Any(line => line.StartsWith("recipe:", StringComparison.Ordinal));

    private static string Document(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", name));

    private static IEnumerable<string> Blocks(string language) =>
        Documents().SelectMany(file => BlocksOf(file, language));

    private static IEnumerable<string> BlocksOf(string file, string language) =>
        Fences().Matches(File.ReadAllText(file)).Where(match => match.Groups["language"].Value == language)
            .Select(match => match.Groups["text"].Value);

    // The pages, the guides and the decisions below them, README and CONTRIBUTING.
    private static IEnumerable<string> Documents() =>
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "docs"), "*.md", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal);

    private static IEnumerable<string> Guides() =>
        Documents().Where(file => Path.GetFileName(Path.GetDirectoryName(file)) is "how-to" or "decisions");

    private static IEnumerable<string> NamedFiles(string document) =>
        Paths().Matches(File.ReadAllText(document)).Select(match => match.Groups["path"].Value)
            .Select(path => Path.Combine(Root(), path.Split('<')[0].TrimEnd('/')));

    private static string Squeezed(string code) => string.Join(' ', code.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    // Found from the output folder: a deterministic build does not know where its sources lay.
    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder!;
    }

    [GeneratedRegex("`(?<path>(src|tests|bench|recipes)/[^` ]*)`")]
    private static partial Regex Paths();

    [GeneratedRegex(@"\b(?<name>Etalon\.\w+(\.Tests)?)\b(?<!\.slnx)")]
    private static partial Regex Projects();

    [GeneratedRegex(@"""\*(?<name>\w+)""")]
    private static partial Regex Patterns();

    [GeneratedRegex("^```(?<language>[a-z]+)\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fences();

    [GeneratedRegex("[ ]+$", RegexOptions.Multiline)]
    private static partial Regex Spaces();
}
