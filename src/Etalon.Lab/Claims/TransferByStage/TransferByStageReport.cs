using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.LinearProbes;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>What <see cref="TransferByStageExperiment"/> found, as tables and a picture.</summary>
/// <param name="Targets">The targets' names.</param>
/// <param name="Readings">[seed][state]: before training, and at the end of each of three stages.</param>
internal sealed record TransferByStageReport(IReadOnlyList<string> Targets, IReadOnlyList<IReadOnlyList<ProbeReading>> Readings)
{
    private static readonly string[] States = ["before training", "stage 1", "stage 2", "stage 3"];

    private static readonly (bool ByRidge, string Name)[] Probes = [(false, "logistic"), (true, "ridge")];

    /// <summary>The network's own test accuracy at a state, 0 to 3, over the seeds.</summary>
    public SeedSample Source(int state) => Sample(state, reading => reading.SourceAccuracy);

    /// <summary>A target's test accuracy at a state by the logistic probe, or by the ridge probe.</summary>
    public SeedSample Probe(string target, int state, bool byRidge) =>
        Sample(state,
            reading => reading.Targets.First(other => other.Target == target) is var probed && byRidge
                ? probed.RidgeAccuracy : probed.LogisticAccuracy);

    /// <summary>How the gains of the last two stages transfer to a target.</summary>
    public TargetTransfer Transfer(string target, bool byRidge) => new(target, Gain(target, 1, byRidge), Gain(target, 2, byRidge));

    /// <summary>The accuracies at the end of each stage: mean ± deviation over the seeds.</summary>
    public IEnumerable<string> Accuracies()
    {
        yield return $"| after | epoch | rate | source | "
            + $"{string.Join(" | ", Targets.SelectMany(target => Probes.Select(probe => $"{target}, {probe.Name}")))} |";
        yield return $"|---|---:|---:|---|{string.Concat(Targets.SelectMany(_ => Probes.Select(_ => "---|")))}";
        for (int state = 0; state < States.Length; state++)
        {
            var reading = Readings[0][state];
            var cells = Targets.SelectMany(target => Probes.Select(probe => $"{Probe(target, state, probe.ByRidge)}"));
            yield return $"| {States[state]} | {reading.Epoch:0.##} | {reading.Rate:G4} | {Source(state)} | {string.Join(" | ", cells)} |";
        }
    }

    /// <summary>The gains between the ends of the stages with 95 % intervals, and the ratios where they are formed.</summary>
    public IEnumerable<string> Gains()
    {
        yield return "| target | probe | gain, stage 1 to 2 | gain, stage 2 to 3 | TR(1→2) | TR(2→3) | difference | the claim is |";
        yield return "|---|---|---|---|---|---|---|---|";
        var source = Transfer(Targets[0], byRidge: false);
        yield return $"| source | its own head | {Interval(source.Early.Source)} | {Interval(source.Late.Source)} | | | | |";
        foreach (string target in Targets)
            foreach (var (byRidge, name) in Probes)
            {
                var transfer = Transfer(target, byRidge);
                string difference = transfer.Difference is { } sample ? $"{sample.Mean:F2} ± {sample.Margin:F2}" : "";
                yield return $"| {target} | {name} | {Interval(transfer.Early.Target)} | {Interval(transfer.Late.Target)} | "
                    + $"{transfer.Early} | {transfer.Late} | {difference} | {transfer.VerdictText} |";
            }
    }

    /// <summary>
    /// The accuracies from the end of the first stage on, with bars of a standard error to each side; what came before is ten times as much
    /// and would hide the rest.
    /// </summary>
    public Chart Picture
    {
        get
        {
            double[] epochs = [.. Readings[0].Skip(1).Select(reading => reading.Epoch)];
            var panels = new List<ChartPanel> { new("source", [.. Lines(0, "the network itself", Source)]) { Height = 150 } };
            foreach (string target in Targets)
                panels.Add(
                    new ChartPanel(target,
                        [.. Probes.SelectMany(
                            (probe, index) =>
                                Lines(index + 1, $"{probe.Name} probe", state => Probe(target, state, probe.ByRidge)))])
                    { Height = 150 });
            return new Chart("Test accuracy at the end of each stage, with a standard error to each side", "epoch", panels)
            {
                Legend = ["the network itself", .. Probes.Select(probe => $"{probe.Name} probe")],
            };

            IEnumerable<ChartLine> Lines(int color, string name, Func<int, SeedSample> at)
            {
                SeedSample[] samples = [.. Enumerable.Range(1, States.Length - 1).Select(at)];
                yield return new ChartLine(name, epochs, [.. samples.Select(sample => sample.Mean)]) { Color = color };
                foreach (var (index, sample) in samples.Index())
                    yield return new ChartLine("", [epochs[index], epochs[index]],
                        [sample.Mean - sample.Error, sample.Mean + sample.Error])
                    { Color = color };
            }
        }
    }

    private StageGain Gain(string target, int from, bool byRidge) =>
        new(Source(from + 1).Minus(Source(from)), Probe(target, from + 1, byRidge).Minus(Probe(target, from, byRidge)));

    private SeedSample Sample(int state, Func<ProbeReading, double> value) => new([.. Readings.Select(states => value(states[state]))]);

    private static string Interval(SeedSample gain) => $"{gain.Mean:F4} ± {gain.Margin:F4}";
}
