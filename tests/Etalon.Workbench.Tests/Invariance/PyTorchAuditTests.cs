using Etalon.Schedules.Tests.Export;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Invariance;

/// <summary>The exported audit with the real PyTorch.</summary>
public sealed class PyTorchAuditTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_finds_the_smallest_groups_of_transformers_and_of_a_residual_network()
    {
        Python.Need("torch");
        var (code, _, error) = await Cli.Run("export", "audit", "--for", "pytorch", "--out", Path.Combine(_folder, "etalon_audit.py"));
        Assert.True(code == 0, error);
        string[] held = Python.Run(Path.Combine(AppContext.BaseDirectory, "Invariance", "drive_audit.py"), _folder).TrimEnd().Split('\n');
        Assert.Equal(
            ["qk-norm", "no qk-norm", "tied head", "residual network", "code", "refusals", "a bias of zeros", "a branch of zeros",
            "a constant that is no attribute", "weights that hooks compute", "weights that are not reached",
            "weights that the forward rewrites", "random numbers", "running means", "an epsilon of None", "casts to float32",
            "a row of padding", "numbers of numpy", "values with biases", "statistics of one's own", "limits and several outputs",
            "no gradients"], held);
    }
}
