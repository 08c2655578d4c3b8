using System.Text.Json;
using Etalon.Schedules;

namespace Etalon.Workbench.Tests.Commands;

public sealed class ExportCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("etalon-export-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_json_is_the_recipe_that_the_library_reads()
    {
        var (code, output, _) = await Cli.Run("export", Cli.Recipe("cifar-step.yaml"), "--for", "json");
        Assert.Equal(0, code);
        using var json = JsonDocument.Parse(output);
        Assert.Equal("cifar-step", json.RootElement.GetProperty("name").GetString());
        var recipe = Recipe.FromJson(json.RootElement.GetProperty("recipe").GetRawText());
        Assert.Equal((62_560L, 391L), (recipe.TotalSteps, recipe.StepsPerEpoch!.Value));
        Assert.Equal(0.01, recipe.LearningRate.ValueAt(31_280), 1e-15);
    }

    [Fact]
    public async Task The_table_says_infinity_where_a_rate_leaves_float64_and_keeps_its_logarithm()
    {
        var recipe = Path.Combine(folder, "texp.yaml");
        await File.WriteAllTextAsync(recipe, "duration: 3ba\nlearning_rate: {exponential: {from: 0.5, factor: 1e200, every: 1ba}}\n", TestContext.Current.CancellationToken);
        var (_, output, _) = await Cli.Run("export", recipe, "--for", "csv");
        var rows = output.TrimEnd().Split('\n');
        Assert.Equal("step,lr,weight_decay,momentum,log_lr", rows[0]);
        Assert.Equal("0,0.5,0,0,-0.6931471805599453", rows[1]);
        Assert.StartsWith("2,inf,0,0,920.34", rows[3], StringComparison.Ordinal);
        Assert.Equal(4, rows.Length);
    }

    [Fact]
    public async Task A_rate_of_zero_has_the_logarithm_minus_infinity()
    {
        var (_, output, _) = await Cli.Run("export", Cli.Recipe("cifar-step.yaml"), "duration=1ba", "learning_rate=0", "--for", "csv");
        Assert.EndsWith("\n0,0,0.0005,0.9,-inf\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pytorch", "import")]
    [InlineData("optax", "jnp")]
    [InlineData("keras", "keras")]
    public async Task A_module_names_its_recipe_and_the_recipes_hash(string target, string word)
    {
        var file = Path.Combine(folder, "schedule.py");
        Assert.Equal(0, (await Cli.Run("export", Cli.Recipe("cifar-step.yaml"), "--for", target, "--out", file)).Code);
        var module = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains(word, module, StringComparison.Ordinal);
        Assert.Contains("cifar-step", module, StringComparison.Ordinal);
        Assert.Matches("RECIPE_HASH = \"[0-9a-f]{64}\"", module);
    }

    [Fact]
    public async Task An_unknown_target_is_exit_code_2()
    {
        var (code, _, error) = await Cli.Run("export", Cli.Recipe("cifar-step.yaml"), "--for", "tensorflow");
        Assert.Equal(2, code);
        Assert.Contains("'json'", error, StringComparison.Ordinal);
    }
}
