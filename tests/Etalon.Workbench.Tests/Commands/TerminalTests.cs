using System.Text.RegularExpressions;
using Etalon.Lab.Tests;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>
/// What a terminal sees: lines that it can hold, and no sequences that it does not obey. That a process finds the terminal that it is on
/// is tried on terminals that script makes.
/// </summary>
public sealed partial class TerminalTests : IDisposable
{
    // What Screen gives a pipe.
    private const int PipeWidth = 100;

    private static readonly string[] Plans =
    [
        "plan RECIPES/cifar-step.yaml", "plan RECIPES/cifar-one-cycle.yaml", "plan RECIPES/plan-only.yaml",
        "plan RECIPES/cifar-step.yaml equivalent.form=texp++", "plan RECIPES/cifar-step.yaml RECIPES/cifar-wsd.yaml",
        "plan RECIPES/cifar-step.yaml --explain 40000", "plan RECIPES/fashion-preresnet8.yaml --epochs",
    ];

    private static readonly string[] Others =
    [
        "verify RECIPES/digits.yaml --steps 4", "audit RECIPES/cifar-step.yaml",
        "audit RECIPES/digits.yaml model.affine=true model.head=trained model.epsilon=1e-5", "audit mlp model.norm=none",
        "convert RECIPES/cifar-step.yaml --to texp++", "convert RECIPES/cifar-step.yaml --to texp",
        "convert RECIPES/cifar-cosine-warmup.yaml --to weight-decay:1e-4", "simulate equilibrium --replicas 2 --steps 100",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(45)]
    [InlineData(60)]
    [InlineData(80)]
    public async Task No_line_is_longer_than_the_terminal(int columns)
    {
        foreach (string command in (string[])[.. Plans, .. Others])
        {
            string[] lines = await On(columns, command);
            Assert.True(lines.Length > 6, string.Join('\n', lines));
            Assert.DoesNotContain(lines, line => line.Length > columns);
        }
    }

    [Theory]
    [InlineData(45, 0)]
    [InlineData(80, 4)]
    public async Task A_process_on_a_terminal_prints_what_fits_it(int columns, int plan) =>
        Assert.Equal(await On(columns, Plans[plan]), OnTerminal(columns, "xterm", Plans[plan]));

    [Fact]
    public async Task No_line_of_another_verb_is_longer_than_those_of_plan_in_a_pipe()
    {
        foreach (string command in Others)
        {
            var (_, output, error) = await Cli.Run(Words(command));
            Assert.DoesNotContain((output + error).Split('\n'), line => line.Length > PipeWidth);
        }
    }

    // The rows of a table that has no room say in words what its columns say.
    [Fact]
    public async Task Narrow_and_wide_tables_of_audit_and_simulate_say_the_same()
    {
        foreach (string command in (string[])[Others[1], Others[^1]])
        {
            var (_, output, _) = await Cli.Run(Words(command));
            var wide = Numbers(output.Split('\n').Where(line => !line.Contains('┤', StringComparison.Ordinal)));
            Assert.True(wide.Count > 20);
            Assert.Subset(Numbers(await On(45, command)), wide);
        }
    }

    [Fact]
    public async Task No_line_of_plan_is_longer_than_those_of_other_verbs_in_a_pipe()
    {
        foreach (string plan in Plans)
        {
            var (code, output, _) = await Cli.Run(Words(plan));
            Assert.Equal(ExitCode.Done, code);
            Assert.DoesNotContain(output.Split('\n'), line => line.Length > PipeWidth);
        }
    }

    // A table that is cut to fit keeps its words.
    [Fact]
    public async Task Narrow_and_wide_tables_of_events_say_the_same()
    {
        var (_, output, _) = await Cli.Run(Words(Plans[0]));
        string[] wide = [.. output.Split('\n').SkipWhile(line => !line.TrimStart().StartsWith("step ", StringComparison.Ordinal)).Skip(1)];
        string narrow = string.Join(' ', (await On(45, Plans[0])).Select(line => line.Trim()));
        Assert.Equal(7, wide.Count(line => line.Length > 0));
        foreach (string[] cells in wide.Where(line => line.Length > 0).Select(line => Gaps().Split(line.Trim())))
            Assert.Contains($"{cells[0]} {cells[1]} {cells[2]}: {cells[3]}, value {cells[4]}", Gaps().Replace(narrow, " "),
                StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dumb", false)]
    [InlineData("xterm", true)]
    public void A_dumb_terminal_gets_no_escape_sequence_and_another_one_does(string terminal, bool isObeyed)
    {
        string train = $"train {SmallRun.WriteRecipe(_folder.Path)} --runs {_folder.Path}/runs";
        foreach (string command in (string[])[Plans[0], train])
            Assert.Equal(isObeyed, Raw(80, terminal, command).Contains('\e', StringComparison.Ordinal));
    }

    private static HashSet<string> Numbers(IEnumerable<string> lines) =>
        [.. lines.SelectMany(line => line.Split(' ')).Where(word => word.Any(char.IsAsciiDigit))
            .Select(word => word.TrimEnd(',', ':', ';'))];

    // In this process, on a terminal that obeys escape sequences.
    private static async Task<string[]> On(int columns, string command)
    {
        using var output = new TerminalText(new Terminal(columns, IsTerminal: true));
        using var error = new TerminalText(output.Terminal);
        int code = await CommandLine.RunAsync(Words(command), output, error);
        Assert.True(code is ExitCode.Done or ExitCode.Failed, $"{error}");
        return Lines($"{error}{output}");
    }

    private static string[] OnTerminal(int columns, string terminal, string command) => Lines(Raw(columns, terminal, command));

    private static string[] Lines(string text) =>
        [.. Sequences().Replace(text, "").Replace("\r", "", StringComparison.Ordinal).Split('\n')];

    private static string Raw(int columns, string terminal, string command)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "needs script of util-linux");
        string line =
            $"stty cols {columns} rows 40; TERM={terminal} NO_COLOR= \"{Path.Combine(AppContext.BaseDirectory, "etalon")}\" "
            + $"{string.Join(' ', Words(command))}";
        var (code, output) = SmallRun.Execute("/usr/bin/script", "-qec", line, "/dev/null");
        Assert.True(code == 0, output);
        return output;
    }

    private static string[] Words(string command) =>
        command.Replace("RECIPES", Path.Combine(AppContext.BaseDirectory, "recipes"), StringComparison.Ordinal).Split(' ');

    [GeneratedRegex(@"\e(\[[0-9;?]*[A-Za-z]|[=>])")]
    private static partial Regex Sequences();

    [GeneratedRegex(" {2,}")]
    private static partial Regex Gaps();
}
