using System.Text.Json.Nodes;
using Etalon.Schedules.Tests.Export;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>The exported logger for Optax, with stand-ins of JAX and Optax by NumPy, beside the one for the real PyTorch.</summary>
[Trait("speed", "slow")]
public sealed class OptaxLoggerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("etalon-optax-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_run_logged_from_Optax_has_the_columns_of_the_same_run_logged_from_PyTorch_and_the_same_verdict()
    {
        Python.Need("torch");
        Python.Need("numpy");
        await Export("pytorch", "etalon_logger.py");
        await Export("optax", "etalon_optax_logger.py");
        string standins = Path.Combine(AppContext.BaseDirectory, "standins");
        string[] held = Python.Run(Path.Combine(AppContext.BaseDirectory, "Diagnosis", "drive_optax_logger.py"), _folder, standins, _folder)
            .TrimEnd().Split('\n');
        Assert.Equal(["columns", "nesterov", "resumes", "refusals"], held);
        Assert.Equal(await Flags("torch.csv"), await Flags("optax.csv"));
    }

    private async Task<string> Flags(string log)
    {
        var (code, output, error) = await Cli.Run("diagnose", Path.Combine(_folder, log), "--json");
        Assert.True(code is 0 or 1, error);
        return JsonNode.Parse(output)!["flags"]!.AsArray().Select(flag => $"{flag!["kind"]}").Aggregate("", (all, flag) => $"{all} {flag}");
    }

    private async Task Export(string target, string file)
    {
        var (code, _, error) = await Cli.Run("export", "logger", "--for", target, "--out", Path.Combine(_folder, file));
        Assert.True(code == 0, error);
    }
}
