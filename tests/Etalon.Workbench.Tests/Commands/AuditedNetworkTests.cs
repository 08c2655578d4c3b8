using System.Globalization;
using Etalon.Schedules.Tests.Export;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>
/// Exported schedules, scaled gradients and the audit together in the real PyTorch: torch.optim.AdamW against torch.optim.Adam in float64
/// on transformers and a residual network that the test makes.
/// </summary>
[Trait("speed", "slow")]
public sealed class AuditedNetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-audited-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("transformer")]
    [InlineData("llama")]
    [InlineData("tied")]
    [InlineData("residual")]
    public async Task The_weights_that_the_audit_finds_train_by_adam_what_adamw_trains(string network)
    {
        Python.Need("torch");
        await ExportAll();
        string commands = Path.Combine(AppContext.BaseDirectory, "Commands");
        string[] lines = Python.Run(Path.Combine(commands, "train_audited.py"), _folder, network, "300").TrimEnd().Split('\n');
        TestContext.Current.SendDiagnosticMessage($"{network}: {string.Join(", ", lines)}");
        double[] distances = [.. lines.Take(7).Select(line => double.Parse(line, CultureInfo.InvariantCulture))];
        Assert.All(distances[..3], distance => Assert.InRange(distance, 0, 1e-12));
        Assert.True(distances[3] > 1e-2, $"without the decay outputs differ by {distances[3]:E1} alone");
        Assert.InRange(distances[5], 0, 1e-12);
        // With a tied head queries and keys are all that is left, and what is done to them shows less.
        Assert.True(distances[6] > (network == "tied" ? 1e-3 : 1e-2), $"Adam in numbers with AMSGrad differs by {distances[6]:E1} alone");
        // All matrices of a residual network are scale-invariant but the head's; of a transformer they are not.
        if (network == "residual") Assert.InRange(distances[4], 0, 1e-12);
        else
        {
            Assert.True(distances[4] > 1e-2, $"with the wrong weights outputs differ by {distances[4]:E1} alone");
            Assert.Equal(["refused", "refused"], lines[7..]);
        }
    }

    [Fact]
    public async Task An_epsilon_behind_layers_in_a_row_follows_by_its_degree_and_misuse_of_the_modules_is_refused()
    {
        Python.Need("torch");
        await ExportAll();
        string[] lines = Python.Run(Path.Combine(AppContext.BaseDirectory, "Commands", "drive_degrees.py"), _folder).TrimEnd().Split('\n');
        // Where rounding alone makes the gradient of a bias, Adam follows it: the last networks' bound is that of their running means.
        string[] degrees = ["{'n0': 1, 'n1': 2}", "{'norm': 3}", "{'n1': 1}", "{'n0': 1, 'n1': 1}", "{'n1': 1}", "{'n1': 1}"];
        foreach (var (line, degree, bound) in lines.Zip(degrees, [1e-12, 1e-12, 1e-12, 1e-9, 1e-9, 1e-9]))
        {
            string[] parts = line.Split("; ");
            Assert.Equal(degree, parts[0]);
            double[] distances = [.. parts[1..].Select(part => double.Parse(part, CultureInfo.InvariantCulture))];
            Assert.All(distances[..2], distance => Assert.InRange(distance, 0, bound));
            Assert.True(distances[2] > 1e-2, $"without the decay outputs differ by {distances[2]:E1} alone");
        }
        Assert.Equal(Enumerable.Repeat("refused", 28), lines[degrees.Length..]);
    }

    private async Task ExportAll()
    {
        string recipe = Path.Combine(_folder, "recipe.yaml");
        await File.WriteAllTextAsync(recipe, """
            name: audited
            duration: 300ba
            steps_per_epoch: 50
            learning_rate: [{linear: {from: 0, to: 0.01, for: 30ba}}, {cosine: {from: 0.01, to: 0}}]
            weight_decay: 0.5
            optimizer: {name: adamw, beta2: 0.99, epsilon: 1e-6}

            """, TestContext.Current.CancellationToken);
        await Export("own.py", recipe);
        await Export("numbers_of_adam.py", recipe, "equivalent={form: adam}");
        await Export("scaled.py", recipe, "equivalent={form: scaled-gradient}");
        var (code, _, error) = await Cli.Run("export", "audit", "--for", "pytorch", "--out", Path.Combine(_folder, "etalon_audit.py"));
        Assert.True(code == 0, error);
    }

    private async Task Export(string file, params string[] recipe)
    {
        var (code, _, error) = await Cli.Run(["export", .. recipe, "--for", "pytorch", "--out", Path.Combine(_folder, file)]);
        Assert.True(code == 0, error);
    }
}
