using System.Globalization;
using System.Text.Json.Nodes;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Workbench.Tests.Commands;

public sealed class ConvertCommandTests : IDisposable
{
    private const string StepDecay = "learning_rate={steps: {start: 0.1, at: [80ep, 120ep], factor: 0.1}}";

    // (1 - sqrt(mu))^2 = 0.0858 at mu = 0.5: eta lambda = 0.004 is far inside, and large enough to matter within 150 updates.
    private const string Small = """
        name: small
        duration: 150ba
        steps_per_epoch: 50
        learning_rate: [{linear: {from: 0, to: 0.2, for: 20ba}}, {cosine: {from: 0.2, to: 0}}]
        weight_decay: 0.02
        momentum: 0.5

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("etalon-convert-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("convert-texp-plus-plus", "cifar-step.yaml", "--to", "texp++")]
    [InlineData("convert-texp", "cifar-step.yaml", StepDecay, "--to", "texp")]
    [InlineData("convert-nesterov", "cifar-one-cycle.yaml", "--to", "texp++")]
    [InlineData("convert-weight-decay", "cifar-cosine-warmup.yaml", "--to", "weight-decay:1e-4")]
    [InlineData("convert-decoupled", "plan-only.yaml", "optimizer={decay: decoupled}", "--to", "texp++")]
    [InlineData("convert-beyond-float64", "plan-only.yaml", "learning_rate=0.1", "weight_decay=0.05", "momentum=0", "--to", "exponential")]
    public async Task What_is_printed_is_approved(string name, string recipe, params string[] rest)
    {
        var (code, output, error) = await Cli.Run(["convert", Cli.Recipe(recipe), .. rest]);
        Assert.Equal((0, ""), (code, error));
        Cli.Approve(name, output);
    }

    [Theory]
    [InlineData("texp++")]
    [InlineData("texp")]
    public async Task A_buffer_that_rests_at_momentum_0_is_corrected_before_and_after(string form)
    {
        var (code, output, error) = await Cli.Run("convert", Cli.Recipe("cifar-step.yaml"), "learning_rate=0.1",
            "momentum=[{constant: {value: 0.9, for: 10ba}}, {constant: {value: 0, for: 5ba}}, {constant: {value: 0.9}}]", "--to", form);
        Assert.Equal((0, ""), (code, error));
        output = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("since the momentum is 0 for a while", output, StringComparison.Ordinal);
        Assert.Contains("update 10 (k = ", output, StringComparison.Ordinal);
        // Five updates at rate 0.1 and decay 5e-4: (1 - 5e-5)^5.
        Assert.Contains("f = 0.99975", output, StringComparison.Ordinal);
        Assert.DoesNotContain("needs none", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_weight_decay_is_told_in_the_words_of_every_convention()
    {
        string[] recipe = ["optimizer={name: adamw}", "momentum=0", "learning_rate={cosine: {from: 1e-3, to: 0}}", "weight_decay=1e-4"];
        var csv = Path.Combine(folder, "decay.csv");
        var (code, output, error) =
            await Cli.Run(["convert", Cli.Recipe("plan-only.yaml"), .. recipe, "--decay", "paper", "--json", "--csv", csv]);
        Assert.True(code == 0, error);
        var conventions = JsonNode.Parse(output)!["conventions"]!.AsArray().ToDictionary(each => $"{each!["convention"]}", each => each!);
        Assert.Equal(["torch", "paper", "unscheduled", "adamc"], conventions.Keys);
        // At the peak all shrink by the paper's 1e-4: η λ, λ, λ and η² λ/η_peak.
        Assert.Equal([0.1, 1e-4, 1e-4, 0.1], conventions.Values.Select(each => Math.Round(each["at_peak"]!.GetValue<double>(), 12)));
        var rows = File.ReadLines(csv).Skip(1).Select(line => line.Split(',').Skip(1).Select(cell => double.Parse(cell,
            CultureInfo.InvariantCulture)).ToArray()).ToList();
        // Half way the rate is half: PyTorch's number is the same, AdamC's is twice as large, the unscheduled one half.
        var half = rows[rows.Count / 2];
        Assert.Equal([0.1, 1e-4, 5e-5, 0.2], half.Select(value => Math.Round(value, 6)));
    }

    [Fact]
    public async Task A_class_of_parameters_with_a_decay_of_its_own_is_told_apart()
    {
        string[] recipe = ["optimizer={name: adamw, groups: {norm: {weight_decay: 0}, head: {learning_rate: 2e-3}}}", "momentum=0",
            "duration=1000ba", "learning_rate={cosine: {from: 1e-3, to: 0}}", "weight_decay=1e-4"];
        var csv = Path.Combine(folder, "groups.csv");
        string[] command = ["convert", Cli.Recipe("plan-only.yaml"), .. recipe, "--decay", "paper"];
        var (code, output, error) = await Cli.Run([.. command, "--json", "--csv", csv]);
        Assert.True(code == 0, error);
        var groups = JsonNode.Parse(output)!["groups"]!.AsArray().ToDictionary(each => $"{each!["parameters"]}", each => each!);
        double Torch(string group) => groups[group]["conventions"]![0]!["at_peak"]!.GetValue<double>();
        // λ/η_peak with the peak of the class itself.
        Assert.Equal((2, 0.05, 0.0), (groups.Count, Math.Round(Torch("head"), 12), Torch("norm")));
        Assert.Equal("step,torch,paper,unscheduled,adamc,torch/head,paper/head,unscheduled/head,adamc/head,torch/norm,paper/norm,"
            + "unscheduled/norm,adamc/norm", File.ReadLines(csv).First());
        Assert.Contains("optimizer.groups.head, which has numbers of its own", (await Cli.Run(command)).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("give one of them")]
    [InlineData("leave out --to and --out", "--decay", "torch", "--to", "adam")]
    [InlineData("is in the gradient, where these conventions do not reach", "--decay", "adamc")]
    [InlineData("--decay adam: must be one of torch, paper, fully-decoupled, unscheduled, adamc", "--decay", "adam")]
    public async Task A_convention_that_has_nothing_to_say_is_refused(string message, params string[] options)
    {
        var (code, _, error) = await Cli.Run(["convert", Cli.Recipe("digits.yaml"), .. options]);
        Assert.Equal(2, code);
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_examples()
    {
        var (_, output, _) = await Cli.Run("convert", "--help");
        Cli.Approve("help-convert", output);
    }

    [Fact]
    public async Task The_exponential_of_the_papers_recipe_has_the_papers_numbers()
    {
        // Rate 0.1, decay 5e-4, momentum 0.9: 0.1 x 1.481^t, with t in epochs of 391 updates.
        var (_, output, _) = await Cli.Run("convert", Cli.Recipe("cifar-step.yaml"), "learning_rate=0.1", "--to", "exponential", "--json");
        var json = JsonNode.Parse(output)!;
        Assert.Equal(1.48123335629, Math.Exp(json["mean_log_growth_per_epoch"]!.GetValue<double>()), 1e-10);
        Assert.Equal("exponential", json["form"]!.GetValue<string>());
        // k = (1 - z)/(z eta) for z = 0.9994977283678897.
        Assert.Equal((1 - 0.9994977283678897) / (0.9994977283678897 * 0.1), json["corrections"]![0]!["share"]!.GetValue<double>(), 1e-12);
        // Without it the norm is 0.45% smaller, the effective rate 0.9% larger.
        Assert.InRange(json["rate_error_without_corrections"]!.GetValue<double>(), 0.008, 0.010);
    }

    [Theory]
    [InlineData("texp++")]
    [InlineData("weight-decay:0.003")]
    public async Task The_written_recipe_trains_to_the_outputs_of_its_source(string form)
    {
        var source = Write("""
            name: source
            duration: 40ba
            data: {set: digits, batch: 32, train: 320, test: 60}
            model: {name: preresnet-8, width: 4}
            learning_rate: [{linear: {from: 0, to: 0.1, for: 10ba}}, {cosine: {from: 0.1, to: 0}}]
            weight_decay: 0.02
            momentum: 0.9
            precision: float64

            """);
        var written = Path.Combine(folder, "equivalent.yaml");
        var (code, _, error) = await Cli.Run("convert", source, "--to", form, "--out", written);
        Assert.Equal((0, $"wrote {written}\n"), (code, error));
        var (own, read) = (RecipeReader.ReadFile(source).Recipe, RecipeReader.ReadFile(written));
        var converted = read.Recipe;
        Assert.Empty(read.Warnings);
        var text = await File.ReadAllTextAsync(written, TestContext.Current.CancellationToken);
        Assert.Contains(own.Hash, text, StringComparison.Ordinal);
        Assert.Contains($"# sha256 {converted.Hash}\n", text, StringComparison.Ordinal);
        Assert.Equal("source-equivalent", converted.Name);
        Assert.InRange(Difference(Outputs(own), Outputs(converted)), 0, 1e-10);
        Assert.InRange(Difference(Outputs(own), Outputs(converted with { Equivalent = null, WeightDecay = new Schedules.Constant(0) })),
            1e-2, 10);
    }

    [Fact]
    public async Task The_written_recipe_is_the_users_text_in_its_units_and_takes_another_batch()
    {
        const string Own = """
            # mine
            name: own
            duration: 5ep         # five
            data: {set: digits, batch: 32}
            model: {name: preresnet-8, width: 4}
            learning_rate: {cosine: {from: 0.1, to: 0}}
            weight_decay: 0.02    # large

            """;
        var written = Path.Combine(folder, "equivalent.yaml");
        Assert.Equal(0, (await Cli.Run("convert", Write(Own), "momentum=0.9", "--to", "texp++", "--out", written)).Code);
        var text = await File.ReadAllTextAsync(written, TestContext.Current.CancellationToken);
        Assert.EndsWith(
            Own.Replace("name: own", "name: own-equivalent", StringComparison.Ordinal) + "momentum: 0.9\nequivalent: {form: texp++}\n",
            text, StringComparison.Ordinal);
        var (code, _, error) = await Cli.Run("plan", written, "data.batch=64");
        Assert.True(code == 0, error);
    }

    [Fact]
    public async Task A_written_recipe_is_converted_from_its_source_again()
    {
        var written = Path.Combine(folder, "texp.yaml");
        await Cli.Run("convert", Write(Small), "--to", "texp++", "--out", written);
        var (_, direct, _) = await Cli.Run("convert", Write(Small), "name=small-equivalent", "--to", "weight-decay:0.01", "--json");
        var (_, again, _) = await Cli.Run("convert", written, "--to", "weight-decay:0.01", "--json");
        Assert.Equal(JsonNode.Parse(direct)!["largest_log_rate"]!.ToJsonString(),
            JsonNode.Parse(again)!["largest_log_rate"]!.ToJsonString());
        Assert.Equal(JsonNode.Parse(direct)!["hash"]!.ToJsonString(), JsonNode.Parse(again)!["hash"]!.ToJsonString());
    }

    [Fact]
    public async Task The_table_says_inf_where_a_rate_leaves_float64_and_keeps_its_logarithm()
    {
        var rows = await Table(Write(Small), "learning_rate=0.1", "weight_decay=5", "momentum=0", "duration=2000ba", "--to", "exponential");
        Assert.Equal("step,lr,weight_decay,momentum,log_lr", rows[0]);
        Assert.Equal(2001, rows.Length);
        // Theorem 2.1: eta (1 - eta lambda)^(-2t - 1) with eta lambda = 0.5.
        var last = rows[^1].Split(',');
        Assert.Equal("inf", last[1]);
        Assert.Equal(Math.Log(0.1) + 3999 * Math.Log(2), double.Parse(last[4], CultureInfo.InvariantCulture), 1e-9);
    }

    [Fact]
    public async Task The_table_of_a_rate_of_0_has_the_logarithm_minus_infinity()
    {
        var rows = await Table(Write(Small), "--to", "texp++");
        Assert.Equal("0,0,0,0.5,-inf", rows[1]);
    }

    [Fact]
    public async Task The_table_of_a_nesterov_recipe_has_its_look_ahead()
    {
        var rows = await Table(Write(Small), "optimizer={nesterov: true}", "--to", "texp++");
        Assert.Equal("step,lr,weight_decay,momentum,log_lr,look_ahead", rows[0]);
        Assert.All(rows.Skip(1), row => Assert.InRange(double.Parse(row.Split(',')[5], CultureInfo.InvariantCulture), 0.5, 0.55));
    }

    [Theory]
    [InlineData("texp++")]
    [InlineData("weight-decay:0.004")]
    [Trait("speed", "slow")]
    public async Task The_table_used_in_PyTorch_gives_the_outputs_of_the_recipe(string form)
    {
        Python.Need("torch");
        var (recipe, own, converted) = (Write(Small), Path.Combine(folder, "own.csv"), Path.Combine(folder, "converted.csv"));
        Assert.Equal(0, (await Cli.Run("plan", recipe, "--csv", own)).Code);
        Assert.Equal(0, (await Cli.Run("convert", recipe, "--to", form, "--csv", converted)).Code);
        var distances = Python.Run(Path.Combine(AppContext.BaseDirectory, "Commands", "train_with_table.py"), folder, own, converted)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => double.Parse(line, CultureInfo.InvariantCulture)).ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine($"{form}: {distances[0]:E1}, control {distances[1]:E1}");
        Assert.InRange(distances[0], 0, 1e-8);
        Assert.InRange(distances[1], 1e-2, double.MaxValue);
    }

    [Theory]
    [InlineData("cifar-step.yaml", "exponential", "recipes/cifar-step.yaml: equivalent.form = exponential: at step 1: ",
        "ask for texp (step decay) or texp++ (any schedule).")]
    [InlineData("cifar-one-cycle.yaml", "texp",
        "recipes/cifar-one-cycle.yaml: equivalent.form = texp: a Nesterov update has no equivalent that changes the rate alone",
        "ask for texp++")]
    [InlineData("cifar-step.yaml", "weight-decay", "recipes/cifar-step.yaml: equivalent.form = weight-decay: at step 0: decay must be 0",
        "name the decay wanted")]
    [InlineData("cifar-step.yaml", "texp+", "--to texp+: must be one of texp++, texp, exponential, weight-decay", "")]
    [InlineData("cifar-step.yaml", "texp:1e-4", "--to texp:1e-4: texp has no weight decay; write --to texp, or weight-decay:1e-4", "")]
    [InlineData("cifar-step.yaml", "weight-decay:-1", "--to weight-decay:-1: the weight decay must be a number of at least 0", "")]
    public async Task What_cannot_be_done_is_exit_code_2_with_reason_and_alternative(string recipe, string form, string begin, string part)
    {
        var file = Path.Combine(folder, "never.yaml");
        var (code, output, error) = await Cli.Run("convert", Cli.Recipe(recipe), "--to", form, "--out", file);
        Assert.Equal((2, ""), (code, output));
        Assert.StartsWith(begin, error, StringComparison.Ordinal);
        Assert.Contains(part, error, StringComparison.Ordinal);
        Assert.False(File.Exists(file));
    }

    private string Write(string recipe)
    {
        var file = Path.Combine(folder, "recipe.yaml");
        File.WriteAllText(file, recipe);
        return file;
    }

    private async Task<string[]> Table(params string[] arguments)
    {
        var file = Path.Combine(folder, "table.csv");
        var (code, _, error) = await Cli.Run(["convert", .. arguments, "--csv", file]);
        Assert.True(code == 0, error);
        return await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
    }

    private static double[] Outputs(Recipe spec)
    {
        using var trainer = new Trainer<double>(spec, DataCatalog.Load("digits"), threads: 1);
        trainer.Run(NullObserver.Instance, TestContext.Current.CancellationToken);
        trainer.Evaluate();
        return [.. Enumerable.Range(0, 28).SelectMany(image => trainer.Network.OutputsOf(image).ToArray())];
    }

    private static double Difference(double[] a, double[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max() / a.Max(Math.Abs);
}
