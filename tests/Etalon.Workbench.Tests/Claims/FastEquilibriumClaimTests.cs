using Etalon.Lab.Claims;
using Etalon.Lab.Claims.FastEquilibrium;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Tests;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Claims;

public sealed class FastEquilibriumClaimTests : IDisposable
{
    private static readonly FastEquilibriumExperiment Small = new()
    {
        IntrinsicRates = [0.02, 0.01],
        MixingUnits = [0, 0.2],
        Seeds = 4,
        ProbedSeeds = 2,
        ProbeSteps = 5,
        Arms = [new("one") { InitialNorm = 2 }, new("two") { InitialNorm = 8 }],
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Fact]
    public void A_report_has_verdict_table_picture_and_measurements_and_too_short_a_run_reproduces_nothing()
    {
        var report = Reproduce(In("report"), _ => { });
        Assert.False(report.Holds);
        Assert.Equal("fast-equilibrium: undecided", report.Verdict.Last());
        report.Write(In("report"));
        string text = File.ReadAllText(Path.Combine(In("report"), "report.md"));
        Assert.Contains("| undecided |", text, StringComparison.Ordinal);
        Assert.Contains("| 0.2 | 20 |", text, StringComparison.Ordinal);
        Assert.StartsWith("<svg", File.ReadAllText(Path.Combine(In("report"), "picture.svg")), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(In("report"), "measurements.json")));
    }

    [Fact]
    public void An_interrupted_reproduction_goes_on_with_the_arm_at_work_and_finds_the_same()
    {
        using var cancellation = new CancellationTokenSource();
        List<string> told = [];
        void Stop(string line)
        {
            told.Add(line);
            if (told.Count == 3) cancellation.Cancel();
        }
        Assert.Throws<OperationCanceledException>(() => Reproduce(In("stopped"), Stop, cancellation));
        string[] kept = Directory.GetFiles(Path.Combine(In("stopped"), "kept"));
        Assert.Equal(3, kept.Length);
        var times = kept.ToDictionary(path => path, File.ReadAllText);
        // A kept file that was damaged is not believed.
        File.WriteAllText(kept[0], "{");

        string whole = string.Join('\n', Reproduce(In("whole"), _ => { }).Verdict),
            resumed = string.Join('\n', Reproduce(In("stopped"), _ => { }).Verdict);
        Assert.Equal(whole, resumed);
        Assert.All(times, file => Assert.Equal(file.Value, File.ReadAllText(file.Key)));
    }

    [Fact]
    public void Outcomes_of_other_settings_are_not_used()
    {
        Reproduce(In("report"), _ => { });
        int before = Directory.GetFiles(Path.Combine(In("report"), "kept")).Length;
        new FastEquilibriumClaim { Experiment = Small with { Batch = 32 } }.Reproduce(Run(In("report"), _ => { }, null));
        Assert.Equal(2 * before, Directory.GetFiles(Path.Combine(In("report"), "kept")).Length);
    }

    [Fact]
    public async Task Without_a_claim_all_are_listed_and_an_unknown_one_is_refused()
    {
        var (code, output, _) = await Cli.Run("reproduce");
        Assert.Equal(ExitCode.Done, code);
        Assert.All(ClaimCatalog.All, claim => Assert.Contains(claim.Name, output, StringComparison.Ordinal));

        (code, _, string error) = await Cli.Run("reproduce", "perpetual-motion", "--out", In("none"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("\"perpetual-motion\" is no claim; there are exponential-rate", error, StringComparison.Ordinal);
        (code, _, error) = await Cli.Run("reproduce", "fast-equilibrium", "--seeds", "5", "--out", In("none"));
        Assert.Equal(ExitCode.BadInput, code);
        Assert.Contains("--seeds 5", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(In("none")));
    }

    private static ClaimReport Reproduce(string folder, Action<string> tell, CancellationTokenSource? stop = null) =>
        new FastEquilibriumClaim { Experiment = Small }.Reproduce(Run(folder, tell, stop));

    private static ClaimRun Run(string folder, Action<string> tell, CancellationTokenSource? stop) =>
        new() { Folder = folder, Threads = 2, Report = tell, Cancellation = stop?.Token ?? TestContext.Current.CancellationToken };
}
