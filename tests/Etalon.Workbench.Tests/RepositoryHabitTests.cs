using YamlDotNet.RepresentationModel;

namespace Etalon.Workbench.Tests;

/// <summary>What the host of the repository reads can be read, and says nothing that is not so.</summary>
public class RepositoryHabitTests
{
    private static readonly string Root = FindRoot();

    public static TheoryData<string> YamlFiles =>
    [
        "CITATION.cff",
        .. Directory.EnumerateFiles(Path.Combine(Root, ".github"), "*.yml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal),
    ];

    [Theory, MemberData(nameof(YamlFiles))]
    public void A_file_of_yaml_is_one_map(string file) => Assert.NotEmpty(Load(file).Children);

    [Fact]
    public void The_workflow_of_every_change_runs_ci_run_and_the_quick_tests_on_the_other_platforms()
    {
        string[] commands = [.. Steps("ci.yml").Select(step => Scalar(step, "run")).OfType<string>()];
        Assert.Contains(".ci/run", commands);
        Assert.Contains(commands, command => command.Contains("--filter-not-trait speed=slow", StringComparison.Ordinal));
        Assert.All(["windows", "macos", "arm"], platform =>
            Assert.Contains(platform, File.ReadAllText(Path.Combine(Root, ".github/workflows/ci.yml")), StringComparison.Ordinal));
    }

    [Fact]
    public void A_release_runs_the_scripts_that_are_there()
    {
        string[] commands = [.. Steps("release.yml").Select(step => Scalar(step, "run")).OfType<string>()];
        Assert.All([".ci/run", "build/publish"], script =>
        {
            Assert.Contains(commands, command => command.Contains(script, StringComparison.Ordinal));
            Assert.True(File.Exists(Path.Combine(Root, script)), script);
        });
    }

    [Fact]
    public void The_citation_and_the_changelog_are_of_the_version_that_is_built()
    {
        string version = typeof(CommandLine).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(version, Scalar(Load("CITATION.cff"), "version"));
        Assert.Contains($"\n## {version}", File.ReadAllText(Path.Combine(Root, "CHANGELOG.md")), StringComparison.Ordinal);
    }

    private static IEnumerable<YamlMappingNode> Steps(string workflow) =>
        ((YamlMappingNode)Load($".github/workflows/{workflow}").Children["jobs"]).Children.Values.Cast<YamlMappingNode>()
            .SelectMany(job => ((YamlSequenceNode)job.Children["steps"]).Cast<YamlMappingNode>());

    private static string? Scalar(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;

    private static YamlMappingNode Load(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(File.ReadAllText(Path.Combine(Root, file))));
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("the tests must run inside the repository");
    }
}
