namespace Etalon.Workbench.Tests.Commands;

public class CommandLineTests
{
    [Theory]
    [InlineData("help-plan", "plan", "--help")]
    [InlineData("help-export", "export", "--help")]
    public async Task Help_has_examples(string name, params string[] args)
    {
        var (code, output, _) = await Cli.Run(args);
        Assert.Equal(0, code);
        Cli.Approve(name, output);
    }

    // A start makes the verb that it needs, under the name that the word was compared with.
    [Fact]
    public void A_verb_is_made_alone_where_its_name_comes_first()
    {
        var all = CommandLine.Create().Subcommands.Select(verb => verb.Name).ToList();
        Assert.True(all.Count > 15);
        Assert.All(all, name => Assert.Equal([name], CommandLine.Create(name).Subcommands.Select(verb => verb.Name)));
        Assert.All((string[])["plant", "--help", "[suggest]", ""],
            word => Assert.Equal(all, CommandLine.Create(word).Subcommands.Select(verb => verb.Name)));
    }

    [Fact]
    public async Task Without_a_verb_the_help_is_shown()
    {
        var (code, output, error) = await Cli.Run();
        Assert.Equal(0, code);
        Assert.Contains("etalon plan recipes/cifar-step.yaml", output, StringComparison.Ordinal);
        Assert.Empty(error);
    }

    [Theory]
    [InlineData("plant")]
    [InlineData("plan")]
    [InlineData("plan", "x.yaml", "--nonsense")]
    [InlineData("plan", "x.yaml", "--explain", "soon")]
    public async Task Bad_usage_is_exit_code_2_with_the_way_to_the_help(params string[] args)
    {
        var (code, output, error) = await Cli.Run(args);
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_recipe_is_exit_code_2_with_one_line()
    {
        var (code, output, error) = await Cli.Run("plan", "nowhere.yaml");
        Assert.Equal(2, code);
        Assert.Empty(output);
        Assert.Equal("nowhere.yaml: no such file; give a recipe such as recipes/digits.yaml\n", error);
    }

    [Fact]
    public async Task The_version_is_the_packages()
    {
        var (code, output, _) = await Cli.Run("--version");
        Assert.Equal(0, code);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Fact]
    public void An_unexpected_failure_is_one_line_and_no_stack_trace()
    {
        var error = new StringWriter { NewLine = "\n" };
        Assert.Equal(1, Failure.Report(new InvalidOperationException("a\nb"), error));
        Assert.Equal("etalon: InvalidOperationException: a b\nThis is a bug in etalon; ETALON_DEBUG=1 shows where.\n", error.ToString());
    }

    [Fact]
    public void An_interruption_is_exit_code_130() => Assert.Equal(130, Failure.Report(new OperationCanceledException(), TextWriter.Null));
}
