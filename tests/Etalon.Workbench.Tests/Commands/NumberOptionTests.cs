using System.CommandLine;

namespace Etalon.Workbench.Tests.Commands;

public class NumberOptionTests
{
    private static readonly HashSet<Type> Numbers =
        [typeof(double), typeof(float), typeof(decimal), typeof(int), typeof(long), typeof(uint), typeof(ulong)];

    /// <summary>Every option of every verb whose value is a number.</summary>
    public static TheoryData<string> Options() =>
        [.. Of(CommandLine.Create(), "").Select(option => $"{option.Verb} {option.Name}".TrimStart())];

    [Theory]
    [MemberData(nameof(Options))]
    public void Every_number_is_read_strictly_and_refused_in_the_users_words(string path)
    {
        string[] words = path.Split(' ');
        foreach (string value in (string[])["0,1", "two", "inf", "1e-400", "1,000", "99999999999999999999999999999999e999"])
        {
            var errors = CommandLine.Create().Parse([.. words, value]).Errors.Select(error => error.Message).ToList();
            Assert.Contains(errors, error => error.StartsWith($"{words[^1]} {value}: must be ", StringComparison.Ordinal));
            Assert.DoesNotContain(errors, error => error.Contains("System.", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData(
        "etalon: --rate 0,1: must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 0.1?\nSee: etalon simulate equilibrium "
        + "--help\n", "simulate", "equilibrium", "--rate", "0,1")]
    [InlineData("etalon: --threads two: must be a whole number such as 128\nSee: etalon train --help\n", "train", "a.yaml", "--threads",
        "two")]
    public async Task A_number_that_is_none_says_its_option_value_rule_and_remedy(string message, params string[] words)
    {
        var (code, output, error) = await Cli.Run(words);
        Assert.Equal((ExitCode.BadInput, "", message), (code, output, error));
    }

    [Fact]
    public async Task A_weight_decay_of_a_form_is_read_by_the_same_rules()
    {
        var (code, _, error) = await Cli.Run("convert", Cli.Recipe("cifar-step.yaml"), "--to", "weight-decay:0,1");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.StartsWith("--to weight-decay:0,1: the weight decay must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 0.1?",
            error, StringComparison.Ordinal);
    }

    // As a recipe's are; what a verb then computes does not matter here.
    [Theory]
    [InlineData("--to weight-decay:5000: a weight decay above 1", "convert", "RECIPE", "--to", "weight-decay:5e3")]
    [InlineData("--to weight-decay:3: a weight decay above 1", "verify", "RECIPE", "--to", "weight-decay:3", "--steps", "2")]
    [InlineData("--rate 20: a rate above 10", "simulate", "equilibrium", "--rate", "20", "--steps", "1")]
    [InlineData("--weight-decay 1.5: a weight decay above 1", "simulate", "equilibrium", "--weight-decay", "1.5", "--steps", "1")]
    [InlineData("--rate 12: a rate above 10", "advise", "--family", "conv-bn", "--rate", "12")]
    [InlineData("--from 50: a rate above 10", "find-lr", "RECIPE", "--from", "50", "--updates", "1")]
    public async Task A_number_of_unusual_size_is_warned_of_wherever_it_is_given(string warning, params string[] words)
    {
        var (_, _, error) = await Cli.Run([.. words.Select(word => word == "RECIPE" ? Cli.Recipe("digits.yaml") : word)]);
        Assert.StartsWith($"warning: {warning} is hardly ever meant; ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("convert", "RECIPE", "--to", "weight-decay:1")]
    [InlineData("simulate", "equilibrium", "--rate", "10", "--weight-decay", "1", "--steps", "1")]
    [InlineData("find-lr", "RECIPE", "--from", "10", "--updates", "1")]
    public async Task A_number_of_usual_size_is_not(params string[] words)
    {
        var (_, _, error) = await Cli.Run([.. words.Select(word => word == "RECIPE" ? Cli.Recipe("digits.yaml") : word)]);
        Assert.DoesNotContain("warning", error, StringComparison.Ordinal);
    }

    private static IEnumerable<(string Verb, string Name)> Of(Command command, string path) =>
        command.Options.Where(option => Numbers.Contains(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType))
            .Select(option => (path, option.Name))
            .Concat(command.Subcommands.SelectMany(verb => Of(verb, $"{path} {verb.Name}".TrimStart())));
}
