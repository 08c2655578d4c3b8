using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Runs;

/// <summary>The same bits where the C library's elementary functions have others.</summary>
public sealed class OtherLibraryTests : IDisposable
{
    // Other code of exp, log, pow, sin and cos is taken by glibc without fused multiply-add; the names differ between its versions.
    private const string Tunables = "GLIBC_TUNABLES=glibc.cpu.hwcaps=-FMA,-FMA4,-AVX2,-AVX2_Usable,-FMA_Usable";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("etalon-library-");

    private const string Recipe = """
        name: small
        duration: 60ba
        precision: float64
        data: {set: digits, batch: 64}
        model: {name: mlp, width: 16, norm: layer}
        learning_rate:
          - warmup: {peak: 0.1, for: 7ba}
          - exponential: {from: 0.1, factor: 0.3, every: 7ba, for: 13ba}
          - polynomial: {from: 0.07, to: 0.01, power: 1.7, for: 11ba}
          - restarts: {from: 0.1, to: 0.01, period: 7ba, growth: 1.3, peak_decay: 0.9, for: 20ba}
          - cosine: {from: 0.1, to: 0}
        weight_decay: {triangular: {low: 1e-4, high: 1e-3, period: 9ba, decay: 0.9}}
        momentum: {cosine: {from: 0.8, to: 0.95}}
        """;

    [Fact]
    public async Task Schedules_and_conversions_have_the_same_bits_and_a_run_the_same_bytes()
    {
        string recipe = Path.Combine(_folder.FullName, "small.yaml"), here = In("here"), there = In("there");
        await File.WriteAllTextAsync(recipe, Recipe, TestContext.Current.CancellationToken);
        var (code, output) = Child("plan", recipe, "--csv", In("there.csv"));
        Assert.SkipWhen(code == -1, "this system has no program env");
        Assert.True(code == 0, output);
        await Done("plan", recipe, "--csv", In("here.csv"));
        Assert.Equal(File.ReadAllText(In("here.csv")), File.ReadAllText(In("there.csv")));

        Assert.Equal(0, Child("convert", recipe, "--to", "texp++", "--csv", In("there.csv")).Code);
        await Done("convert", recipe, "--to", "texp++", "--csv", In("here.csv"));
        Assert.Equal(File.ReadAllText(In("here.csv")), File.ReadAllText(In("there.csv")));

        Assert.Equal(0, Child("train", recipe, "--runs", there).Code);
        await Done("train", recipe, "--runs", here);
        Assert.Empty(RunComparison.Of(Path.Combine(here, "small"), Path.Combine(there, "small")).Differences);
    }

    private static (int Code, string Output) Child(params string[] words) =>
        SmallRun.Execute("env", [Tunables, "dotnet", Path.Combine(AppContext.BaseDirectory, "etalon.dll"), .. words]);

    private static async Task Done(params string[] words)
    {
        var (code, _, error) = await Cli.Run(words);
        Assert.True(code == 0, error);
    }

    private string In(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
