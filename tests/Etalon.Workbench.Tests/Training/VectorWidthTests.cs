using System.Diagnostics;
using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests;
using Etalon.Workbench.Options;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Training;

/// <summary>Whole runs with vectors of 512 bits and of 256 bits, in processes of their own.</summary>
public sealed class VectorWidthTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.name=preresnet-8", "precision=float32", "model.norm=batch")]
    [InlineData("model.name=preresnet-8", "precision=float64", "model.norm=group", "model.convolution=direct")]
    [InlineData("model.name=cnn", "precision=float32", "model.norm=batch", "model.width=24")]
    [InlineData("model.name=mlp", "precision=float32", "model.norm=batch", "model.hidden=[70, 33]")]
    public async Task Runs_end_with_the_same_bytes_in_either_width_and_on_any_number_of_threads(params string[] overrides)
    {
        Assert.SkipUnless(VectorWidth.Bits == 512, "this processor, or this process, has no fast vectors of 512 bits");
        string[] train = ["train", Cli.Recipe("digits.yaml"), "duration=8ba", "data.train=300", "data.test=100", .. overrides];
        string wide = await Run("512", [.. train, "--threads", "1"], null, null);
        string[] narrow =
        [
            await Run("256", [.. train, "--threads", "2"], VectorWidth.Variable, "256"),
            await Run("without", [.. train, "--threads", "3"], "DOTNET_EnableAVX512", "0"),
        ];
        foreach (string run in narrow)
        {
            var comparison = RunComparison.Of(wide, run);
            Assert.Empty(comparison.Differences);
            Assert.True(comparison.TensorBytes > 10_000);
        }
    }

    [Theory]
    [InlineData("384")]
    [InlineData("512 ")]
    [InlineData("wide")]
    public void A_width_in_the_environment_that_the_engine_does_not_know_is_refused(string variable)
    {
        var refusal = Assert.Throws<InputException>(() => RequestedVectors.Require(variable));
        Assert.Equal($"ETALON_VECTORS is \"{variable}\"; it must be 256 or 512, or not be set", refusal.Message);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("256")]
    [InlineData("512")]
    public void A_width_in_the_environment_may_be_missing(string? variable) => RequestedVectors.Require(variable);

    [Theory]
    [InlineData("train")]
    [InlineData("verify")]
    [InlineData("plan")]
    public async Task Every_verb_refuses_an_unknown_width_in_the_environment(string verb)
    {
        var (code, _, error) = await Etalon([verb, Cli.Recipe("digits.yaml")], VectorWidth.Variable, "wide");
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("ETALON_VECTORS is \"wide\"; it must be 256 or 512", error, StringComparison.Ordinal);
    }

    // The same recipe into another folder.
    private async Task<string> Run(string folder, string[] words, string? variable, string? value)
    {
        string runs = Path.Combine(_folder.Path, folder);
        var (code, output, error) = await Etalon([.. words, "--runs", runs], variable, value);
        Assert.True(code == ExitCode.Done, error + output);
        return Path.Combine(runs, "digits");
    }

    private static async Task<(int Code, string Output, string Error)> Etalon(string[] words, string? variable, string? value)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string word in (string[])[Path.Combine(AppContext.BaseDirectory, "etalon.dll"), .. words]) start.ArgumentList.Add(word);
        if (variable is not null) start.Environment[variable] = value;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        string error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, error);
    }
}
