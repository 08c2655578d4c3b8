using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>What <c>advise</c> says of language models, and writes of recipes whose times are updates.</summary>
public sealed partial class AdviseInUpdatesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-advise").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_recipe_in_updates_is_written_for_a_longer_run()
    {
        string text = await Transferred(Language(), "--duration", "200000ba");
        Assert.Contains("duration: 200000ba", text, StringComparison.Ordinal);
        Assert.Contains("weight_decay: 0.07071", text, StringComparison.Ordinal);
        Assert.Contains("{peak: 3e-4, for: 2000ba}", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("duration: 25000ba", "{peak: 6e-4, for: 500ba}", "times in updates times 0.25", "--batch", "1024", "--from-batch", "256")]
    [InlineData("duration: 200000ba", "{peak: 3e-4, for: 4000ba}", "times in updates times 2", "--data-factor", "2")]
    public async Task Times_in_updates_follow_the_batch_and_the_data_and_the_table_says_so(
        string duration, string warmup, string said, params string[] changes)
    {
        string text = await Transferred(Language(), changes);
        Assert.Contains(duration, text, StringComparison.Ordinal);
        Assert.Contains(warmup, text, StringComparison.Ordinal);
        var (_, output, _) = await Cli.Run(["advise", "--from", Language(), .. changes]);
        Assert.Contains(said, Words(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_time_in_updates_follows_whatever_its_piece_is()
    {
        string source = Written("pieces.yaml",
            """
            duration: 40000ba
            learning_rate: {wsd: {peak: 1e-3, warmup: 800ba, decay: "4000st"}}   # a plateau
            weight_decay: 0.1
            optimizer: {name: adamw, beta1: 0.9, beta2: 0.999}
            """);
        string text = await Transferred(source, "--from-batch", "64", "--batch", "16");
        Assert.Contains("{peak: 5e-4, warmup: 3200ba, decay: \"16000ba\"}}   # a plateau", text, StringComparison.Ordinal);
        Assert.Contains("duration: 160000ba", text, StringComparison.Ordinal);
        // A quarter of 1 - β, which four digits of β would not be.
        Assert.Contains("beta1: 0.975, beta2: 0.99975", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_in_epochs_stays_in_epochs_at_another_batch()
    {
        string source = Written("mine.yaml",
            """
            name: mine
            duration: 160ep               # each duration names its unit
            steps_per_epoch: 391
            learning_rate:
              - linear: {from: 0, to: 0.1, for: 5ep}
              - steps:  {start: 0.1, at: [80ep, 120ep], factor: 0.1}
            weight_decay: 5e-4
            momentum: 0.9
            """);
        string text = await Transferred(source, "--from-batch", "128", "--batch", "512");
        Assert.Contains("duration: 160ep               # each", text, StringComparison.Ordinal);
        Assert.Contains("steps_per_epoch: 98", text, StringComparison.Ordinal);
        // As the recipe that names the data has it.
        Assert.Equal(15_680, (await Plan(Path.Combine(_folder, "written.yaml")))["total_steps"]!.GetValue<long>());
    }

    [Fact]
    public async Task A_recipe_in_samples_stays_in_samples()
    {
        string source = Written("samples.yaml",
            (await File.ReadAllTextAsync(Cli.Recipe("digits.yaml"), TestContext.Current.CancellationToken)).Replace("30ep", "40000sp",
                StringComparison.Ordinal));
        Assert.Contains("duration: 40000sp", await Transferred(source, "--batch", "128"), StringComparison.Ordinal);
        Assert.Contains("duration: 80000sp", await Transferred(source, "--duration", "1250ba"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Epochs_of_a_recipe_that_has_none_are_refused()
    {
        var (code, _, error) = await Cli.Run("advise", "--from", Language(), "--duration", "2ep");
        Assert.Equal(2, code);
        Assert.Contains("write steps_per_epoch into the recipe, or the time in ba", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_without_epochs_is_told_without_them()
    {
        foreach (string[] words in new string[][] { ["--against"], ["--batch", "512", "--from-batch", "256", "--from"] })
        {
            var (_, output, _) = await Cli.Run(["advise", .. words, Language()]);
            Assert.Contains("100", output, StringComparison.Ordinal);
            Assert.DoesNotContain("epoch", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_mixing_units_of_a_transfer_are_those_that_a_judgment_tells()
    {
        var (_, judged, _) = await Cli.Run("advise", "--against", Language());
        var (_, output, _) = await Cli.Run("advise", "--from", Language(), "--duration", "200000ba");
        Assert.Contains("; 1.65 in all", judged, StringComparison.Ordinal);
        Assert.Matches(@"mixing units in all +1\.65 +2\.33\n", output);
    }

    [Fact]
    public async Task A_language_model_has_the_usual_decay_of_language_models_and_is_asked_for_its_tokens()
    {
        var (code, output, _) = await Cli.Run("advise", "--family", "lm", "--duration", "100000ba", "--batch", "524288");
        Assert.Equal(0, code);
        Assert.Contains("weight_decay: 0.1\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain("90 to 300 epochs", Words(output), StringComparison.Ordinal);
        Assert.Contains("What would change it: how many units are best, by --tokens-per-parameter, 5.24e10 tokens over the parameters",
            Words(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decay_that_advice_doubts_is_not_proposed_for_a_recipe_and_is_found_in_one()
    {
        var (_, output, _) = await Cli.Run("advise", "--against", Language());
        Assert.DoesNotContain("in place of", Words(output), StringComparison.Ordinal);
        Assert.Contains("would take a decay of 0.91, and none of them has that", Words(output), StringComparison.Ordinal);
        Assert.Contains("ask again with --family lm", Words(output), StringComparison.Ordinal);
        (int code, output, _) = await Cli.Run("advise", "--against", Language("0.91"));
        Assert.Equal(1, code);
        Assert.Contains("Published recipes of adamw have 0.01 to 0.5, and the decay of 0.91 is beyond", Words(output),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rate_that_advice_doubts_is_found_in_a_recipe()
    {
        var (code, output, _) = await Cli.Run("advise", "--against", Written("large.yaml",
            "duration: 1000ba\nlearning_rate: 0.2\nweight_decay: 0.015\noptimizer: {name: adamw, beta2: 0.9}\n"));
        Assert.Equal(1, code);
        Assert.Contains("The rate is 0.2: updates of adamw are as large as the rate", Words(output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, 0, "the tokens for a parameter ask for 4.47")]
    [InlineData(2000, 1, "50.7 mixing units at the peak rate, as many as the tokens ask for, would take a decay of 1.7 in place of 0.1")]
    public async Task A_language_model_is_judged_by_its_tokens(double tokens, int expected, string said)
    {
        var (code, output, _) = await Cli.Run(
            "advise", "--against", Language(), "--family", "lm", "--tokens-per-parameter", $"{tokens}");
        Assert.Equal(expected, code);
        Assert.Contains(said, Words(output), StringComparison.Ordinal);
        Assert.DoesNotContain("fewer than 3", Words(output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_advised_by_tokens_breaks_no_rule_of_the_same_tokens()
    {
        string file = Path.Combine(_folder, "advised.yaml");
        string[] tokens = ["--family", "lm", "--tokens-per-parameter", "20"];
        Assert.Equal(0, (await Cli.Run(["advise", .. tokens, "--duration", "5000ba", "--batch", "524288", "--out", file])).Code);
        var (code, output, _) = await Cli.Run(["advise", "--against", file, .. tokens]);
        Assert.True(code == 0, output);
        Assert.Contains("No rule is broken", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_language_model_without_its_tokens_is_asked_for_them()
    {
        var (_, output, _) = await Cli.Run("advise", "--against", Language(), "--family", "lm");
        Assert.Contains("--tokens-per-parameter tells how many units are best", Words(output), StringComparison.Ordinal);
        Assert.DoesNotContain("0.91", output, StringComparison.Ordinal);
    }

    private string Language(string decay = "0.1") => Written("lm.yaml",
        $$"""
        name: lm
        duration: 100000ba
        optimizer: {name: adamw, beta1: 0.9, beta2: 0.95}
        learning_rate:
          - warmup: {peak: 3e-4, for: 2000ba}
          - cosine: {from: 3e-4, to: 3e-5}
        weight_decay: {{decay}}
        """);

    private string Written(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task<string> Transferred(string source, params string[] changes)
    {
        string file = Path.Combine(_folder, "written.yaml");
        var (code, _, error) = await Cli.Run(["advise", "--from", source, .. changes, "--out", file]);
        Assert.True(code == 0, error);
        var (planned, _, warnings) = await Cli.Run("plan", file);
        Assert.Equal((0, ""), (planned, warnings));
        return await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
    }

    private static async Task<JsonNode> Plan(string file) => JsonNode.Parse((await Cli.Run("plan", file, "--json")).Output)![0]!;

    private static string Words(string output) => Blanks().Replace(output, " ");

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
