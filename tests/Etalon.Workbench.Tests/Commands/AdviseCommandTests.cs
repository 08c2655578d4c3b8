using System.Text.Json.Nodes;

namespace Etalon.Workbench.Tests.Commands;

public sealed class AdviseCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-advise").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("advise needs", "advice needs the kind of network")]
    [InlineData("no duration", "--duration", "--family", "vit")]
    [InlineData("epochs unknown", "give --steps-per-epoch", "--family", "vit", "--duration", "3ep")]
    [InlineData("no batch", "--batch", "--family", "vit", "--duration", "3000ba")]
    [InlineData("no habit", "no usual rate of sgd for lm", "--family", "lm", "--optimizer", "sgd", "--duration", "3000ba", "--batch",
        "5e5")]
    [InlineData("unknown word", "did you mean conv-bn", "--family", "conv-b", "--duration", "3000ba")]
    [InlineData("beta2 of sgd", "--beta2", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128", "--beta2", "0.9")]
    [InlineData("momentum", "below 1", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128", "--momentum", "1")]
    [InlineData("rate", "above 0", "--family", "conv-bn", "--duration", "3000ba", "--rate", "0")]
    [InlineData("drops without steps", "--schedule steps", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128", "--drops",
        "5ba")]
    [InlineData("drops beyond", "within the 3000 updates", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128", "--schedule",
        "steps",
        "--drops", "10ba,3000ba")]
    [InlineData("warm-up as long", "--warmup 3000ba", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128", "--warmup",
        "3000ba")]
    [InlineData("drops in the warm-up", "is not over before the rate falls at update 200", "--family", "conv-bn", "--duration", "3000ba",
        "--batch", "128", "--schedule", "steps", "--drops", "200ba", "--warmup", "300ba")]
    [InlineData("tokens of images", "is for a language model", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128",
        "--tokens-per-parameter", "20")]
    [InlineData("width of images", "--width: the habits for conv-bn", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128",
        "--width", "512")]
    [InlineData("image of AdamW", "--image: the habits for adamw", "--family", "vit", "--duration", "3000ba", "--batch", "128",
        "--image", "224")]
    [InlineData("start of sgd", "--measure RECIPE tells it", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128",
        "--init-rms", "0.02")]
    [InlineData("sequences", "counts tokens", "--family", "lm", "--duration", "100000ba", "--batch", "256")]
    [InlineData("sequences beside a rate", "--batch 262144", "--family", "lm", "--duration", "100000ba", "--rate", "3e-4",
        "--batch", "256")]
    [InlineData("part of an update", "--steps-per-epoch 39.1: must be a whole number of updates, such as 40", "--family", "conv-bn",
        "--duration", "10ep", "--batch", "128", "--steps-per-epoch", "39.1")]
    [InlineData("part of an image", "--batch 128.5: must be a whole number", "--family", "conv-bn", "--duration", "3000ba", "--batch",
        "128.5")]
    [InlineData("part of a width", "--width 767.5: must be a whole number", "--family", "lm", "--duration", "3000ba", "--batch", "5e5",
        "--width", "767.5")]
    [InlineData("part of an example", "--from-batch 16.5: must be a whole number", "--from", "recipes/plan-only.yaml", "--batch", "512",
        "--from-batch", "16.5")]
    [InlineData("tokens of a recipe for images", "the recipe's is preresnet-20", "--against", "recipes/cifar-step.yaml",
        "--tokens-per-parameter", "20")]
    [InlineData("family of another recipe", "the recipe's own model is preresnet-20", "--against", "recipes/cifar-step.yaml",
        "--family", "lm")]
    [InlineData("start of a recipe of sgd", "--measure RECIPE tells it", "--against", "recipes/cifar-step.yaml", "--init-rms", "0.02")]
    [InlineData("width of a transfer", "told by --width-factor", "--from", "recipes/cifar-step.yaml", "--width", "512")]
    [InlineData("transfer alone", "give --from RECIPE too", "--family", "conv-bn", "--duration", "3000ba", "--batch", "128",
        "--data-factor", "2")]
    [InlineData("nothing to change", "nothing is to change", "--from", "recipes/cifar-step.yaml")]
    [InlineData("no batch known", "names no data", "--from", "recipes/plan-only.yaml", "--batch", "512")]
    [InlineData("rate of another rule", "give it by --rate", "--from", "recipes/cifar-step.yaml", "--optimizer", "adamw")]
    [InlineData("two modes", "does not go with --against", "--against", "recipes/cifar-step.yaml", "--batch", "512")]
    [InlineData("nothing to measure", "--measure trains", "--measure", "recipes/plan-only.yaml")]
    [InlineData("two sources", "does not go with --measure", "--measure", "recipes/digits.yaml", "--family", "vit")]
    [InlineData("threads for nothing", "goes with --measure", "--family", "vit", "--duration", "3000ba", "--batch", "64", "--threads", "2")]
    [InlineData("no file", "no such file", "--against", "nowhere.yaml")]
    public async Task Bad_input_is_refused_with_a_remedy(string what, string message, params string[] args)
    {
        var (code, output, error) = await Cli.Run(["advise", .. args.Select(Resolved)]);
        Assert.True((code, output) == (2, ""), what);
        Assert.Contains(what == "advise needs" ? "advice needs" : message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--family", "conv-bn", "--duration", "160ep", "--steps-per-epoch", "391", "--batch", "2048", "--schedule", "steps",
        "--drops", "50%,120ep")]
    [InlineData("--family", "conv-bn", "--duration", "30ep", "--steps-per-epoch", "23", "--batch", "64", "--extendable", "--warmup", "2ep")]
    [InlineData("--family", "vit", "--duration", "300ep", "--steps-per-epoch", "1252", "--batch", "1024", "--init-rms", "0.02")]
    [InlineData("--family", "lm", "--duration", "5000ba", "--batch", "5e5", "--tokens-per-parameter", "20", "--init-rms", "0.02")]
    [InlineData("--family", "convnext", "--duration", "9000ba", "--batch", "4096", "--schedule", "wsd")]
    public async Task The_recipe_that_is_written_is_planned_without_a_warning_and_breaks_no_rule(params string[] args)
    {
        string file = Path.Combine(_folder, "advised.yaml");
        Assert.Equal(0, (await Cli.Run(["advise", .. args, "--out", file])).Code);
        var (code, _, error) = await Cli.Run("plan", file);
        // The one decay above 1 that is advised is that of a language model with few tokens.
        Assert.True(code == 0 && (error.Length == 0 || error.Contains("weight decay above 1", StringComparison.Ordinal)), error);
        var (_, judged, _) = await Cli.Run("advise", "--against", file);
        Assert.DoesNotContain("times the limit", judged, StringComparison.Ordinal);
        Assert.DoesNotContain("one unit an epoch", judged, StringComparison.Ordinal);
    }

    // The largest decay that the angle allows is 0.00396, and the recipe has two digits of it: 1.29 units, where 1.31 would be allowed.
    [Fact]
    public async Task What_follows_is_that_of_the_decay_that_is_written()
    {
        var (_, output, _) = await Cli.Run(
            "advise", "--family", "conv-bn", "--duration", "30ep", "--steps-per-epoch", "23", "--rate", "0.096");
        Assert.Contains("weight_decay: 0.0039", output, StringComparison.Ordinal);
        Assert.Contains("1.29 mixing units in all are fewer", output, StringComparison.Ordinal);
        Assert.Contains("Mixing units: 1.29.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("weight_decay: 0.1", "Below 3 units a run keeps its start, and decay hardly acts", "--family", "lm",
        "--duration", "200ba", "--batch", "524288")]
    [InlineData("weight_decay: 32", "The run is too short for decay to act", "--family", "vit", "--duration", "10ep",
        "--steps-per-epoch", "20", "--batch", "16")]
    [InlineData("weight_decay: 0.0038", "the usual 1e-4 to 5e-4 may do as well", "--family", "conv-bn", "--duration", "30ep",
        "--steps-per-epoch", "23", "--rate", "0.1")]
    [InlineData("weight_decay: 1.5", "Published recipes of adamw have 0.01 to 0.5", "--family", "lm", "--duration", "5000ba",
        "--batch", "5e5", "--tokens-per-parameter", "20")]
    [InlineData("weight_decay: 3e-5", "is a rate of 10 meant?", "--family", "lm", "--duration", "100000ba", "--rate", "10")]
    public async Task A_decay_beyond_published_recipes_says_so_beside_its_number(string number, string said, params string[] args)
    {
        var (code, output, _) = await Cli.Run(["advise", .. args]);
        Assert.Equal(0, code);
        Assert.Contains(number + "\n", output, StringComparison.Ordinal);
        string words = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(said, words, StringComparison.Ordinal);
        bool isOfTokens = words.Contains(" tokens, a language model", StringComparison.Ordinal);
        Assert.Equal(args.Contains("lm") && args.Contains("--batch"), isOfTokens);
    }

    [Fact]
    public async Task A_rate_of_AdamW_beyond_all_recipes_gets_a_warning_and_a_usual_one_none()
    {
        var (_, _, error) = await Cli.Run("advise", "--family", "lm", "--duration", "100000ba", "--rate", "10");
        Assert.Contains("warning: --rate 10", error, StringComparison.Ordinal);
        (_, _, error) = await Cli.Run("advise", "--family", "lm", "--duration", "100000ba", "--rate", "6e-4");
        Assert.Empty(error);
    }

    [Fact]
    public async Task A_remedy_is_told_once()
    {
        var (_, _, error) = await Cli.Run("advise", "--family", "lm", "--duration", "10ep");
        Assert.Equal(2, error.Split("give ").Length);
        Assert.Contains("give --steps-per-epoch, or the time in ba", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_without_data_has_its_batch_by_an_option()
    {
        string mine = Path.Combine(_folder, "mine.yaml"), larger = Path.Combine(_folder, "larger.yaml");
        await File.WriteAllTextAsync(mine,
            "duration: 30ep\nsteps_per_epoch: 100\nlearning_rate: {cosine: {from: 0.1, to: 0}}\nweight_decay: 5e-4\nmomentum: 0.9\n",
            TestContext.Current.CancellationToken);
        var (code, output, error) = await Cli.Run("advise", "--from", mine, "--from-batch", "16", "--batch", "64", "--out", larger);
        Assert.True(code == 0, error);
        Assert.Matches(@"batch +16 +64\n", output);
        var (_, plan, _) = await Cli.Run("plan", larger, "--json");
        Assert.Equal(750, (long)JsonNode.Parse(plan)![0]!["total_steps"]!);
        Assert.Contains("from: 0.4", await File.ReadAllTextAsync(larger, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (code, _, error) = await Cli.Run("advise", "--from", mine, "--batch", "64");
        Assert.Equal(2, code);
        Assert.Contains("give it by --from-batch", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.Run("advise", "--from", Cli.Recipe("cifar-step.yaml"), "--batch", "64", "--from-batch", "16");
        Assert.Equal(2, code);
        Assert.Contains("have a batch of 128; leave it out", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transfer_writes_the_users_recipe_with_the_new_numbers_in_it()
    {
        string file = Path.Combine(_folder, "large.yaml");
        var (code, output, _) = await Cli.Run(
            "advise", "--from", Cli.Recipe("cifar-step.yaml"), "--batch", "512", "--out", file, "--json");
        Assert.Equal(0, code);
        var after = JsonNode.Parse(output)!["after"]!;
        Assert.Equal((0.4, 0.0005), ((double)after["learning_rate"]!, (double)after["weight_decay"]!));
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("# The classic recipe of He et al.", text, StringComparison.Ordinal);
        Assert.Contains("batch: 512", text, StringComparison.Ordinal);
        Assert.Contains("steps:  {start: 0.4, at: [80ep, 120ep], factor: 0.1}", text, StringComparison.Ordinal);
        // What stays is not written anew.
        Assert.Contains("weight_decay: 5e-4", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_for_AdamW_is_written_for_Lion_and_back_with_the_same_product()
    {
        string lion = Path.Combine(_folder, "lion.yaml"), back = Path.Combine(_folder, "back.yaml");
        Assert.Equal(0, (await Cli.Run("advise", "--from", Cli.Recipe("digits-adamw.yaml"), "--optimizer", "lion", "--out", lion)).Code);
        Assert.Equal(0, (await Cli.Run("advise", "--from", lion, "--optimizer", "adamw", "--beta2", "0.95", "--out", back)).Code);
        var (one, two, three) = (await NumbersOf(Cli.Recipe("digits-adamw.yaml")), await NumbersOf(lion), await NumbersOf(back));
        Assert.Equal(("adamw", "lion", "adamw"), ((string)one["optimizer"]!, (string)two["optimizer"]!, (string)three["optimizer"]!));
        // A recipe has four digits.
        Assert.Equal((double)one["units_per_update"]!, (double)two["units_per_update"]!, 1e-3 * (double)one["units_per_update"]!);
        Assert.Equal(1 / Math.Sqrt(19), (double)two["learning_rate"]! / (double)one["learning_rate"]!, 1e-4);
        Assert.Equal((double)one["learning_rate"]!, (double)three["learning_rate"]!, 2e-3 * (double)one["learning_rate"]!);
        Assert.Equal(0, (await Cli.Run("plan", lion)).Code);
    }

    private static async Task<JsonNode> NumbersOf(string recipe) =>
        JsonNode.Parse((await Cli.Run("advise", "--against", recipe, "--json")).Output)!["numbers"]!;

    [Fact]
    public async Task A_schedule_that_would_not_stretch_with_the_run_is_not_written()
    {
        string file = Path.Combine(_folder, "long.yaml");
        var (code, _, error) = await Cli.Run("advise", "--from", Cli.Recipe("cifar-step.yaml"), "--duration", "320ep", "--out", file);
        Assert.Equal(2, code);
        Assert.Contains("as in 50%", error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
        Assert.Equal(0, (await Cli.Run("advise", "--from", Cli.Recipe("digits.yaml"), "--duration", "60ep", "--out", file)).Code);
        Assert.Contains("60ep", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_beyond_what_beta1_can_follow_is_refused_and_a_limit_that_is_passed_is_named()
    {
        var (code, _, error) = await Cli.Run("advise", "--from", Cli.Recipe("digits-adamw.yaml"), "--batch", "512");
        Assert.Equal(2, code);
        Assert.Contains("beta1", error, StringComparison.Ordinal);
        (code, string output, _) = await Cli.Run("advise", "--from", Cli.Recipe("cifar-step.yaml"), "--batch", "4096");
        Assert.Equal(0, code);
        Assert.Contains("times a limit", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recipe_that_breaks_a_rule_ends_with_1_and_one_that_breaks_none_with_0()
    {
        Assert.Equal(1, (await Cli.Run("advise", "--against", Cli.Recipe("digits.yaml"))).Code);
        Assert.Equal(0, (await Cli.Run("advise", "--against", Cli.Recipe("cifar-step.yaml"))).Code);
    }

    [Fact]
    [Trait("speed", "slow")]
    public async Task Advice_that_is_measured_writes_the_users_recipe_with_the_reasons_above_it()
    {
        string source = Path.Combine(_folder, "mine.yaml"), file = Path.Combine(_folder, "advised.yaml");
        await File.WriteAllTextAsync(source,
            """
            # My own recipe.
            duration: 5ep
            data:  {set: digits, batch: 64}
            model: {name: mlp, hidden: [16]}
            learning_rate: 1   # too large?
            weight_decay: 1e-4
            momentum: 0.9
            """, TestContext.Current.CancellationToken);
        var (code, output, error) = await Cli.Run("advise", "--measure", source, "--threads", "1", "--json", "--out", file);
        Assert.Equal((0, true), (code, error.Contains("5 of 5 short runs done", StringComparison.Ordinal)));
        var json = JsonNode.Parse(output)!;
        Assert.Equal("measured_here", (string?)json["numbers"]![0]!["standing"]);
        Assert.InRange((double)json["learning_rate"]!, 0.001, 1);
        string text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("find usable (etalon", text, StringComparison.Ordinal);
        Assert.Contains("# My own recipe.", text, StringComparison.Ordinal);
        Assert.Contains("data:  {set: digits, batch: 64}", text, StringComparison.Ordinal);
        var (planned, _, warnings) = await Cli.Run("plan", file);
        Assert.Equal((0, ""), (planned, warnings));
    }

    private static string Resolved(string word) => word.StartsWith("recipes/", StringComparison.Ordinal) ? Cli.Recipe(word[8..]) : word;
}
