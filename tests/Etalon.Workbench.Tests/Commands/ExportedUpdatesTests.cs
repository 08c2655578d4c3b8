using Etalon.Schedules.Tests.Export;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>Exported equivalents in the real PyTorch, where updates are skipped, repeated, copied or come by other ways.</summary>
[Trait("speed", "slow")]
public sealed class ExportedUpdatesTests : IDisposable
{
    private const string Frozen = "has no gradient in update";
    private const string Counted = "times in update";

    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-updates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("numbers_of_adam", "adam", "optimizer: {name: adamw, beta2: 0.99, epsilon: 1e-6}")]
    [InlineData("scaled", "scaled-gradient", "optimizer: {name: adamw, beta2: 0.99, epsilon: 1e-6}")]
    [InlineData("texp", "texp++", "momentum: 0.5")]
    public async Task An_equivalent_is_the_recipes_own_run_or_says_why_it_cannot_be(string name, string form, string rule)
    {
        Python.Need("torch");
        string recipe = Path.Combine(_folder, "recipe.yaml");
        await File.WriteAllTextAsync(recipe, $$$"""
            name: short
            duration: 12ba
            steps_per_epoch: 4
            learning_rate: [{linear: {from: 0, to: 0.1, for: 3ba}}, {cosine: {from: 0.1, to: 0}}]
            weight_decay: 0.1
            {{{rule}}}

            """, TestContext.Current.CancellationToken);
        await Export($"{name}_own.py", recipe);
        await Export($"{name}.py", recipe, $"equivalent={{form: {form}}}");
        string[] lines = Python.Run(Path.Combine(AppContext.BaseDirectory, "Commands", "drive_updates.py"), _folder, name)
            .TrimEnd().Split('\n');
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', lines));
        List<(string Case, string Outcome)> expected =
        [
            ("plain", "the same"),
            ("zeros are a gradient", "the same"),
            ("all frozen at first", $"a.weight {Frozen} 0"),
            ("all frozen for a while", $"a.weight {Frozen} 4"),
            ("one frozen and touched", $"b.weight {Frozen} 4"),
            ("touched", "the same"),
            ("a scaler skips", $"optimizer.step() was called 0 {Counted} 5"),
            ("a scaler skips, and the scheduler waits", "the same"),
            ("stepped every other update", $"optimizer.step() was called 2 {Counted} 0"),
            ("one update too many", "the recipe has 12 updates"),
            ("copied", "the same"),
            ("saved whole", "the same"),
            ("by closures", "the same"),
            ("an expert by closures", $"b.weight {Frozen} 1"),
        ];
        if (name == "texp")
            expected.AddRange(
            [
                ("through data", "the same"),
                ("one frozen through data", $"b.weight {Frozen} 4"),
                ("memory elsewhere", "the optimizer's state has no momentum_buffer of a.weight"),
            ]);
        Assert.Equal(expected.Select(each => each.Case), lines.Select(line => line.Split(": ")[0]));
        Assert.All(lines.Zip(expected),
            each => Assert.StartsWith($"{each.Second.Case}: {each.Second.Outcome}", each.First, StringComparison.Ordinal));
    }

    private async Task Export(string file, params string[] recipe)
    {
        var (code, _, error) = await Cli.Run(["export", .. recipe, "--for", "pytorch", "--out", Path.Combine(_folder, file)]);
        Assert.True(code == 0, error);
    }
}
