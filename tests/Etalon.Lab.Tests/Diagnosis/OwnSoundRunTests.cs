using System.Globalization;
using Etalon.Engine;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>
/// Sound runs of Etalon's own engine, of drawn recipes, cut to logs of several intervals and lengths: none is flagged. A few in the suite;
/// ETALON_OWN_RUNS=200 takes so many, ETALON_OWN_RUNS_FROM=1000 begins with another draw, and both print what was flagged.
/// </summary>
public sealed class OwnSoundRunTests(ITestOutputHelper output) : IDisposable
{
    private static readonly int[] Intervals = [1, 2, 5, 10, 20, 50];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void No_log_of_a_sound_run_of_the_engine_has_a_flag()
    {
        static int Number(string name, int otherwise) => int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None,
            CultureInfo.InvariantCulture, out int value) ? value : otherwise;
        int runs = Number("ETALON_OWN_RUNS", 3), from = Number("ETALON_OWN_RUNS_FROM", 0), logs = 0, flagged = 0;
        for (int run = from; run < from + runs; run++)
        {
            string[] recipe = Drawn((ulong)run);
            var read = RecipeReader.Read("seed: 1", overrides: [.. recipe, $"name=run-{run}", $"seed={run + 1}", "log.monitors=1ba"]);
            try
            {
                SmallRun.Train(TrainingRun.Begin(read, _folder.Path, 1));
            }
            catch (DivergedException)
            {
                continue;
            }
            var log = RunDiagnosis.ReadLog(Path.Combine(_folder.Path, $"run-{run}"));
            foreach (int every in Intervals)
                foreach (double part in (double[])[0.1, 0.25, 0.5, 1])
                {
                    long end = (long)(part * log.Steps.Length);
                    var rows = LogRows.Of(log, step => step < end && (step == 0 || (step + 1) % every == 0));
                    if (rows.Steps.Length < 3) continue;
                    logs++;
                    var flags = RunDiagnosis.Of(rows).Flags;
                    if (flags.Count == 0) continue;
                    flagged++;
                    output.WriteLine($"run {run} [{string.Join(' ', recipe)}], rows 1 in {every} up to update {end}: "
                        + string.Join(" | ", flags.Select(
                            flag => $"{flag.Kind}: {flag.Cause}: {flag.Shown} [{string.Join(' ', flag.Groups)}]")));
                }
        }
        output.WriteLine($"{flagged} of {logs} logs of {runs} runs have a flag");
        Assert.Equal(0, flagged);
    }

    // Each was called another rule's: of gradients that fall or burst, the rows have others than the buffer.
    [Theory]
    [InlineData(5, 120, "seed=34", "data={set: digits, batch: 16, train: 256, augment: crop-flip}", "model={name: mlp, hidden: [32, 32]}",
        "duration=240ba", "weight_decay=5e-3")]
    [InlineData(1, 120, "seed=42", "data={set: digits, batch: 64, train: 640}", "model={name: preresnet-8, width: 4}", "duration=120ba",
        "weight_decay=5e-4", "optimizer={name: sgd, nesterov: true}")]
    [InlineData(5, 120, "seed=42", "data={set: digits, batch: 64, train: 640}", "model={name: preresnet-8, width: 4}", "duration=120ba",
        "weight_decay=5e-4", "optimizer={name: sgd, nesterov: true}")]
    public void A_run_is_not_told_as_one_of_another_rule(int every, int end, params string[] recipe)
    {
        var read = RecipeReader.Read("name: sound", overrides: [.. recipe, "learning_rate=0.1", "momentum=0.9", "log.monitors=1ba"]);
        SmallRun.Train(TrainingRun.Begin(read, _folder.Path, 1));
        var log = RunDiagnosis.ReadLog(Path.Combine(_folder.Path, "sound"));
        var rows = LogRows.Of(log, step => step < end && (step == 0 || (step + 1) % every == 0));
        Assert.Empty(RunDiagnosis.Of(rows).Flags);
        // Without what shows single updates: a log of few columns.
        var bare = rows.With(rows.Groups.Select(group => group with { Residual = Nothing(group), BufferWeight = Nothing(group) }));
        var diagnosis = RunDiagnosis.Of(bare);
        Assert.Empty(diagnosis.Flags);
        Assert.Equal(every > 1, diagnosis.NotLookedAt.Any(line => line.Contains("better than a factor of 2", StringComparison.Ordinal)));

        static double[] Nothing(LogGroup group) => [.. group.Norm.Select(_ => double.NaN)];
    }

    private static string[] Drawn(ulong run)
    {
        var stream = new CounterStream(17, "own sound runs", run);
        T Of<T>(params T[] values) => values[(int)(stream.NextDouble() * values.Length)];
        int updates = Of(120, 240, 480);
        string model = Of("{name: mlp, hidden: [64]}", "{name: mlp, hidden: [32, 32]}", "{name: cnn, width: 4}",
            "{name: preresnet-8, width: 4}", "{name: preresnet-8, width: 8}");
        string rate = Of("0.01", "0.03", "0.1");
        return
        [
            $"data={{set: digits, batch: {Of(16, 32, 64, 128)}, train: {Of(256, 640, 1437)}, augment: {Of("none", "none", "crop-flip")}}}",
            $"model={model}", $"duration={updates}ba",
            "learning_rate=" + Of($"{{constant: {{value: {rate}}}}}", $"{{cosine: {{from: {rate}, to: 0}}}}",
                $"{{steps: {{start: {rate}, at: [{updates / 2}ba], factor: 0.1}}}}",
                $"[{{warmup: {{peak: {rate}, for: {updates / 10}ba}}}}, {{cosine: {{from: {rate}, to: 0}}}}]"),
            $"weight_decay={Of("0", "5e-4", "5e-4", "5e-3")}",
            .. Of<string[]>(["momentum=0.9"], ["momentum=0.9"], ["momentum=0.9"], ["momentum=0.9", "optimizer={name: sgd, nesterov: true}"],
                ["momentum=0"], ["momentum=0.5"], ["momentum=0.95"], ["momentum=0.9", "optimizer={name: sgd, dampening: 0.5}"],
                ["momentum=0.9", "optimizer={name: sgd, decay: decoupled}"]),
            $"loss={{name: cross-entropy, label_smoothing: {Of("0", "0", "0.1")}}}", $"precision={Of("float32", "float32", "float64")}",
        ];
    }
}
