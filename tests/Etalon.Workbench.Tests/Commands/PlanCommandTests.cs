using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Etalon.Workbench.Tests.Commands;

public sealed class PlanCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("etalon-plan-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("plan-step", "cifar-step.yaml")]
    [InlineData("plan-one-cycle", "cifar-one-cycle.yaml")]
    [InlineData("plan-log-axis", "plan-only.yaml")]
    [InlineData("plan-explain", "cifar-step.yaml", "--explain", "40000")]
    [InlineData("plan-resolved", "cifar-step.yaml", "--resolved")]
    [InlineData("plan-epochs", "fashion-preresnet8.yaml", "--epochs")]
    public async Task What_is_printed_is_approved(string name, string recipe, params string[] rest)
    {
        var (code, output, error) = await Cli.Run(["plan", Cli.Recipe(recipe), .. rest]);
        Assert.Equal(0, code);
        Assert.Empty(error);
        Cli.Approve(name, output);
    }

    [Fact]
    public async Task Several_recipes_are_drawn_over_each_other()
    {
        var (code, output, _) =
            await Cli.Run("plan", Cli.Recipe("cifar-step.yaml"), Cli.Recipe("cifar-cosine-warmup.yaml"), Cli.Recipe("cifar-wsd.yaml"));
        Assert.Equal(0, code);
        Cli.Approve("plan-overlay", output);
    }

    [Fact]
    public async Task Warnings_go_to_the_error_stream_with_line_and_column()
    {
        var (code, _, error) = await Cli.Run("plan", Cli.Recipe("plan-only.yaml"), "duration=70ep");
        Assert.Equal(0, code);
        Assert.Equal(
            "warning: recipes/plan-only.yaml:7:43: learning_rate.1.steps.at.2 = 80ep is step 400320 and can never come: the run's last "
            + "update is 350279\n", error);
    }

    [Fact]
    public async Task The_json_has_hash_and_events()
    {
        var (_, output, _) = await Cli.Run("plan", Cli.Recipe("cifar-step.yaml"), "--json");
        var plan = JsonNode.Parse(output)!.AsArray()[0]!;
        Assert.Equal(64, plan["hash"]!.GetValue<string>().Length);
        Assert.Equal(62_560, plan["total_steps"]!.GetValue<long>());
        Assert.Contains(plan["events"]!.AsArray(),
            e => e!["step"]!.GetValue<long>() == 31_280 && e["value"]!.GetValue<double>() is > 0.0099 and < 0.0101);
    }

    [Fact]
    public async Task The_resolved_recipe_is_a_recipe_with_the_same_hash()
    {
        var (_, resolved, _) = await Cli.Run("plan", Cli.Recipe("cifar-one-cycle.yaml"), "--resolved");
        var file = Path.Combine(folder, "again.yaml");
        await File.WriteAllTextAsync(file, resolved, TestContext.Current.CancellationToken);
        var (_, again, _) = await Cli.Run("plan", file, "--resolved");
        Assert.Equal(resolved, again);
    }

    [Fact]
    public async Task A_long_table_has_a_row_for_each_update()
    {
        var file = Path.Combine(folder, "long.csv");
        var recipe = Path.Combine(folder, "long.yaml");
        await File.WriteAllTextAsync(recipe,
            "duration: 100_000ba\nlearning_rate: {cosine: {from: 0.1, to: 0}}\nweight_decay: 5e-4\nmomentum: 0.9\n",
            TestContext.Current.CancellationToken);
        var (code, _, error) = await Cli.Run("plan", recipe, "--csv", file);
        Assert.Equal((0, $"wrote {file}: 100000 rows\n"), (code, error));
        var lines = await File.ReadAllLinesAsync(file, TestContext.Current.CancellationToken);
        Assert.Equal(100_001, lines.Length);
        Assert.Equal("step,lr,weight_decay,momentum,log_lr", lines[0]);
        var cells = lines[1 + 25_000].Split(',');
        var rate = 0.05 * (1 + Math.Cos(Math.PI / 4));
        Assert.Equal("25000", cells[0]);
        Assert.Equal(rate, double.Parse(cells[1], CultureInfo.InvariantCulture), 1e-15);
        Assert.Equal(Math.Log(rate), double.Parse(cells[4], CultureInfo.InvariantCulture), 1e-13);
    }

    [Fact]
    public async Task The_picture_is_well_formed_and_stays_inside_its_frame()
    {
        var file = Path.Combine(folder, "plan.svg");
        var (code, _, _) = await Cli.Run("plan", Cli.Recipe("cifar-step.yaml"), Cli.Recipe("cifar-one-cycle.yaml"), "--svg", file);
        Assert.Equal(0, code);
        var svg = XDocument.Load(file).Root!;
        var paths = svg.Elements().Where(e => e.Name.LocalName == "path").ToList();
        Assert.Equal(8, paths.Count);
        var numbers = paths.SelectMany(path => ((string)path.Attribute("d")!).Split(['M', 'L', ' '], StringSplitOptions.RemoveEmptyEntries))
            .Select(number => double.Parse(number, CultureInfo.InvariantCulture));
        Assert.All(numbers, number => Assert.InRange(number, 0, (double)svg.Attribute("width")!));
    }

    [Fact]
    public async Task A_recipe_that_says_of_no_epoch_how_long_it_is_is_told_without_epochs()
    {
        string file = Path.Combine(folder, "updates.yaml");
        await File.WriteAllTextAsync(file,
            "duration: 2000ba\nlearning_rate: 1e-3\nweight_decay: 0.1\noptimizer: {name: adamw}\n", TestContext.Current.CancellationToken);
        foreach (string[] command in (string[][])[["plan"], ["plan", "--explain", "5"], ["forecast"]])
        {
            var (code, output, error) = await Cli.Run([command[0], file, .. command[1..]]);
            Assert.True(code == 0, error);
            Assert.StartsWith("updates", output, StringComparison.Ordinal);
            Assert.DoesNotContain("epoch", output.Split('\n')[0], StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_step_past_the_run_cannot_be_explained()
    {
        var (code, _, error) = await Cli.Run("plan", Cli.Recipe("cifar-step.yaml"), "--explain", "62560");
        Assert.Equal((2, "--explain 62560: recipes/cifar-step.yaml has the updates 0 to 62559\n"), (code, error));
    }

    [Fact]
    public async Task What_is_covered_in_a_transformer_is_not_told_as_in_other_networks()
    {
        foreach (string[] command in (string[][])[["plan"], ["convert", "--to", "adam"]])
        {
            var (code, output, error) = await Cli.Run(
                [command[0], Cli.Recipe("text-adamw.yaml"), .. command[0] == "plan" ? ["equivalent.form=adam"] : command[1..]]);
            Assert.True(code == 0, error);
            output = string.Join(' ', output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Assert.Contains("the scale-invariant weights, which `etalon audit` lists", output, StringComparison.Ordinal);
            Assert.DoesNotContain("every convolution and linear layer", output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_recipe_with_problems_leaves_no_file_behind()
    {
        var file = Path.Combine(folder, "plan.svg");
        var (code, _, _) = await Cli.Run("plan", Cli.Recipe("cifar-step.yaml"), "momentum=1", "--svg", file);
        Assert.Equal(2, code);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }
}
