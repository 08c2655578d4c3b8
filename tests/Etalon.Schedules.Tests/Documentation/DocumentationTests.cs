using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>Every public type has an example, every example that a document shows is run, and prints what its comments say.</summary>
public partial class DocumentationTests
{
    private static readonly XElement _documentation =
        XDocument.Load(Path.Combine(AppContext.BaseDirectory, "Etalon.Schedules.xml")).Root!.Element("members")!;

    public static TheoryData<string> Names => [.. CodeExample.All.Keys];

    /// <summary>What a user of schedules meets. The theorems of Equivalence are shown at work on a page of their own.</summary>
    public static TheoryData<string> PublicTypes =>
        [.. typeof(Schedule).Assembly.GetExportedTypes()
            .Where(type => type.Namespace is "Etalon.Schedules" or "Etalon.Schedules.Dynamics" or "Etalon.Schedules.Export")
            .Select(type => type.FullName!)];

    [Theory, MemberData(nameof(Names))]
    public void An_example_prints_what_its_comments_say(string name)
    {
        var example = CodeExample.All[name];
        var printed = ExampleConsole.LinesOf(example.Run);
        var promised = example.Promised.ToList();
        Assert.NotEmpty(promised);
        Assert.True(
            printed.Count == promised.Count
                && printed.Zip(promised)
                .All(pair => pair.First == pair.Second || pair.Second.StartsWith(pair.First + ", ", StringComparison.Ordinal)),
            $"{name} prints\n{string.Join('\n', printed)}\nbut its comments say\n{string.Join('\n', promised)}");
    }

    [Theory, MemberData(nameof(PublicTypes))]
    public void A_public_type_shows_the_example_that_is_named_after_it(string type)
    {
        var code = _documentation.Elements("member")
            .SingleOrDefault(member => member.Attribute("name")!.Value == "T:" + type)?.Element("example")?.Element("code");
        Assert.True(code is not null,
            $"{type} has no <example><code> in its documentation; write one, and a method {Simple(type)}Example with the same body in a "
            + $"file of Documentation/.");
        Assert.True(CodeExample.All.TryGetValue(Simple(type) + "Example", out var example),
            $"No method {Simple(type)}Example runs the example of {type}; add it to a file of Documentation/.");
        Assert.Equal(example.Text, CodeExample.Dedent(code.Value));
    }

    [Theory]
    [InlineData("docs/schedules.md")]
    [InlineData("docs/adamw.md")]
    [InlineData("README.md")]
    public void The_code_blocks_of_a_page_are_examples(string page)
    {
        var blocks = CSharpBlock().Matches(Page(page)).Select(match => CodeExample.Dedent(match.Groups["code"].Value)).ToList();
        Assert.NotEmpty(blocks);
        // A page names what it uses, a method of the tests has it at the head of its file.
        Assert.All(blocks, block => Assert.Contains(WithoutUsings(block), CodeExample.All.Values.Select(example => example.Text)));
    }

    [Fact]
    public void Every_example_is_shown_somewhere()
    {
        var shown = new[] { "docs/schedules.md", "docs/adamw.md", "README.md" }.SelectMany(
            page => CSharpBlock().Matches(Page(page)).Select(match => WithoutUsings(CodeExample.Dedent(match.Groups["code"].Value))))
            .Concat(_documentation.Descendants("code").Select(code => CodeExample.Dedent(code.Value))).ToHashSet();
        Assert.Empty(CodeExample.All.Values.Where(example => !shown.Contains(example.Text)).Select(example => example.Name));
    }

    private static string Simple(string type) => type[(type.LastIndexOf('.') + 1)..];

    private static string Page(string page) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Pages", Path.GetFileName(page)));

    private static string WithoutUsings(string code) => Using().Replace(code, "").TrimStart('\n');

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex(@"^using [\w.]+;\n", RegexOptions.Multiline)]
    private static partial Regex Using();
}
