using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Etalon.Workbench.Tests.Commands;

public sealed class ForecastCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-forecast").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("forecast-given", "cifar-step.yaml", "--gradient-square", "20", "--norm", "15")]
    [InlineData("forecast-without", "plan-only.yaml")]
    [InlineData("forecast-cosine", "cifar-cosine-warmup.yaml", "--gradient-square", "20", "--norm", "15")]
    public async Task What_is_printed_is_approved(string name, string recipe, params string[] rest)
    {
        var (code, output, error) = await Cli.Run(["forecast", Cli.Recipe(recipe), .. rest]);
        Assert.Equal((0, ""), (code, error));
        Cli.Approve(name, output);
    }

    [Theory]
    [InlineData("--gradient-square is -1", "--gradient-square", "-1")]
    [InlineData("--gradient-square is 1E+300", "--gradient-square", "1e300")]
    [InlineData("--norm is 1E+100", "--gradient-square", "1", "--norm", "1e100")]
    [InlineData("--norm is 1E-100", "--gradient-square", "1", "--norm", "1e-100")]
    [InlineData("--norm is 0", "--gradient-square", "1", "--norm", "0")]
    [InlineData("--norm goes with --gradient-square", "--norm", "3")]
    [InlineData("give one of them", "--gradient-square", "1", "--probe", "100")]
    [InlineData("--probe trains, and needs data and a model", "--probe", "100")]
    [InlineData("there is no run", "--from", "nowhere")]
    [InlineData("the laws of norms here are those of sgd", "optimizer.name=adam", "momentum=0")]
    [InlineData("whose norms follow from rate, decay and betas alone", "optimizer.name=adamw", "momentum=0",
        "--gradient-square", "3")]
    [InlineData("nothing is left of the weights", "optimizer.name=adamw", "momentum=0", "weight_decay=1e3")]
    public async Task Bad_input_is_refused_with_a_remedy(string message, params string[] rest)
    {
        var (code, output, error) = await Cli.Run(["forecast", Cli.Recipe("plan-only.yaml"), .. rest]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(message, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("optimizer={name: adamw, beta2: 0.95}")]
    [InlineData("optimizer={name: lion}", "learning_rate=1e-3", "weight_decay=2")]
    [InlineData("optimizer={name: signum}", "momentum=0.9", "learning_rate=1e-3", "weight_decay=2")]
    [InlineData("optimizer={name: muon}", "momentum=0.95", "learning_rate=0.02", "weight_decay=0.2")]
    public async Task A_rule_whose_updates_have_a_size_of_their_own_is_forecast_from_its_numbers_and_held_against_a_run(
        params string[] changes)
    {
        string[] recipe = [Cli.Recipe("digits-adamw.yaml"), "duration=200ba", "log.monitors=5ba", .. changes];
        Assert.Equal(0, (await Cli.Run(["train", .. recipe, "--runs", _folder])).Code);
        var csv = Path.Combine(_folder, "forecast.csv");
        var (code, output, error) =
            await Cli.Run(["forecast", .. recipe, "--against", "digits-adamw", "--runs", _folder, "--json", "--csv", csv]);
        Assert.True(code == 0, error);
        var json = JsonNode.Parse(output)!;
        var whole = json["errors"]!.AsArray()[^1]!;
        Assert.Equal("scale_invariant", whole["name"]!.GetValue<string>());
        // Of a short run from its own start. The gradients of a network repeat, which the law leaves out, and Muon's singular values are
        // not quite 1.
        bool isMuon = changes[0].Contains("muon", StringComparison.Ordinal);
        Assert.InRange(whole["root_mean_square"]!.GetValue<double>(), 0, isMuon ? 0.2 : 0.1);
        Assert.Equal(201, File.ReadLines(csv).Count());
    }

    [Fact]
    public async Task The_growth_of_gradients_at_the_end_is_said_to_be_the_decay_and_not_a_fault()
    {
        var (code, output, _) = await Cli.Run("forecast", Cli.Recipe("plan-only.yaml"), "optimizer.name=adamw", "momentum=0",
            "learning_rate={cosine: {from: 1e-3, to: 0}}", "weight_decay=0.1");
        Assert.Equal(0, code);
        output = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("That is the decay, not a fault", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0.8", true)]
    [InlineData("0.9", false)]
    public async Task A_law_that_does_not_hold_for_a_short_memory_of_squares_says_how_far_it_is_off(string beta2, bool isTold)
    {
        string[] words = ["forecast", Cli.Recipe("plan-only.yaml"), $"optimizer={{name: adamw, beta2: {beta2}}}", "momentum=0"];
        var (code, output, _) = await Cli.Run(words);
        Assert.Equal(0, code);
        Assert.Equal(isTold, output.Contains("beta2 is 0.8, and the law of AdamW", StringComparison.Ordinal));
        (_, output, _) = await Cli.Run([.. words, "--json"]);
        Assert.Equal(isTold, JsonNode.Parse(output)!["caution"] is not null);
    }

    [Fact]
    public async Task A_probe_of_a_model_without_normalization_is_refused()
    {
        var (code, _, error) = await Cli.Run("forecast", Cli.Recipe("digits.yaml"), "model.norm=none", "--probe", "1");
        Assert.Equal(2, code);
        Assert.Contains("no weight is scale-invariant", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_gives_S_for_the_next_forecast_and_is_what_the_forecast_is_held_against()
    {
        string[] recipe = [Cli.Recipe("digits.yaml"), "model={name: mlp, hidden: [32], affine: false, head: frozen}", "duration=6ep",
            "weight_decay=5e-3", "log.monitors=5ba"];
        Assert.Equal(0, (await Cli.Run(["train", .. recipe, "--runs", _folder])).Code);
        var (svg, csv) = (Path.Combine(_folder, "forecast.svg"), Path.Combine(_folder, "forecast.csv"));
        var (code, output,
            error) = await Cli.Run(
            ["forecast", .. recipe, "--from", "digits", "--against", "digits", "--runs", _folder, "--json", "--svg", svg, "--csv", csv]);
        Assert.Equal(0, code);
        Assert.Contains($"wrote {svg}", error, StringComparison.Ordinal);
        var forecast = JsonNode.Parse(output)!;
        // S of single batches, read every 5 updates and averaged over 0.1 units, where a run of the same recipe drove the norm by its own.
        Assert.All(forecast["errors"]!.AsArray(), group => Assert.InRange(group!["root_mean_square"]!.GetValue<double>(), 0, 0.05));
        Assert.Equal("hidden1.weight", forecast["phases"]![0]!["groups"]![0]!["name"]!.GetValue<string>());
        var rows = await File.ReadAllLinesAsync(csv, TestContext.Current.CancellationToken);
        Assert.Equal("step,norm/hidden1.weight,effective_rate/hidden1.weight,norm/scale_invariant,effective_rate/scale_invariant", rows[0]);
        Assert.Equal(forecast["total_steps"]!.GetValue<int>() + 1, rows.Length);
        Assert.Equal(forecast["phases"]![0]!["groups"]![0]!["norm_at_begin"]!.GetValue<double>(),
            double.Parse(rows[1].Split(',')[1], CultureInfo.InvariantCulture));
        Assert.Contains("measured", await File.ReadAllTextAsync(svg, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await AssertDigits([.. recipe, "--from", "digits", "--against", "digits", "--runs", _folder]);
        // Off by far more than a tenth: one digit.
        Assert.Equal(1, await AssertDigits([.. recipe, "--gradient-square", "1e6", "--against", "digits", "--runs", _folder]));
    }

    [Fact]
    public async Task What_is_over_its_equilibrium_is_drawn_on_a_logarithmic_axis()
    {
        string file = Path.Combine(_folder, "forecast.svg");
        Assert.Equal(0,
            (await Cli.Run("forecast", Cli.Recipe("cifar-step.yaml"), "--gradient-square", "20", "--norm", "15", "--svg", file)).Code);
        string svg = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        string panel =
            svg[svg.IndexOf(">effective rate<", StringComparison.Ordinal)..svg.IndexOf(">over its equilibrium<", StringComparison.Ordinal)];
        var heights = Regex.Matches(panel, """ y="([0-9.]+)" text-anchor="end">([0-9.]+)<""").ToDictionary(mark => mark.Groups[2].Value,
            mark => double.Parse(mark.Groups[1].Value, CultureInfo.InvariantCulture));
        // A factor of two is as far everywhere; coordinates have one place.
        Assert.InRange(heights["0.1"] - heights["0.2"], 20, 60);
        Assert.Equal(heights["0.1"] - heights["0.2"], heights["0.5"] - heights["1"], 0.25);
        Assert.Equal(heights["0.1"] - heights["0.2"], heights["0.05"] - heights["0.1"], 0.25);
    }

    // As many digits as the forecast's own error is worth: 3 from a thousandth on, 2 from a hundredth, 1 from a tenth.
    private static async Task<int> AssertDigits(string[] arguments)
    {
        double error = JsonNode.Parse((await Cli.Run(["forecast", .. arguments, "--json"])).Output)!["errors"]!.AsArray()
            .Single(group => group!["name"]!.GetValue<string>() == "scale_invariant")!["root_mean_square"]!.GetValue<double>();
        int digits = error < 1e-3 ? 4 : error < 1e-2 ? 3 : error < 0.1 ? 2 : 1;
        string[] lines = (await Cli.Run(["forecast", .. arguments])).Output.Split('\n');
        string[] cells = lines[Array.FindIndex(lines, line => line.StartsWith("phase ", StringComparison.Ordinal)) + 1].Split(' ',
            StringSplitOptions.RemoveEmptyEntries);
        // The last three cells are "a > b" of the effective rate, the three before of the norm.
        foreach (string cell in (string[])[cells[^6], cells[^4], cells[^3], cells[^1]])
            Assert.True(cell.Trim('0', '.').Count(char.IsAsciiDigit) <= digits,
                $"{cell} has more than {digits} digits, at an error of {error}");
        return digits;
    }
}
