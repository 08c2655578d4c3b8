using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.TransferByStage;

/// <summary>A <see cref="TransferByStageReport"/> as Markdown and as a chart.</summary>
public static class TransferByStageText
{
    private static readonly string[] States = ["before training", "stage 1", "stage 2", "stage 3"];

    private static readonly (bool ByRidge, string Name)[] Probes = [(false, "logistic"), (true, "ridge")];

    /// <summary>The accuracies at the end of each stage: mean ± deviation over the seeds.</summary>
    public static IEnumerable<string> Accuracies(TransferByStageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return $"| after | epoch | rate | source | {string.Join(" | ", report.Targets.SelectMany(target => Probes.Select(probe => $"{target}, {probe.Name}")))} |";
        yield return $"|---|---:|---:|---|{string.Concat(report.Targets.SelectMany(_ => Probes.Select(_ => "---|")))}";
        for (int state = 0; state < States.Length; state++)
        {
            var reading = report.Readings[0][state];
            var cells = report.Targets.SelectMany(target => Probes.Select(probe => $"{report.Probe(target, state, probe.ByRidge)}"));
            yield return $"| {States[state]} | {reading.Epoch:0.##} | {reading.Rate:G4} | {report.Source(state)} | {string.Join(" | ", cells)} |";
        }
    }

    /// <summary>The gains between the ends of the stages with 95 % intervals, and the ratios where they are formed.</summary>
    public static IEnumerable<string> Gains(TransferByStageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        yield return "| target | probe | gain, stage 1 to 2 | gain, stage 2 to 3 | TR(1→2) | TR(2→3) | difference | the claim is |";
        yield return "|---|---|---|---|---|---|---|---|";
        var source = report.Transfer(report.Targets[0], byRidge: false);
        yield return $"| source | its own head | {Interval(source.Early.Source)} | {Interval(source.Late.Source)} | | | | |";
        foreach (string target in report.Targets)
            foreach (var (byRidge, name) in Probes)
            {
                var transfer = report.Transfer(target, byRidge);
                string difference = transfer.Difference is { } sample ? $"{sample.Mean:F2} ± {sample.Margin:F2}" : "";
                yield return $"| {target} | {name} | {Interval(transfer.Early.Target)} | {Interval(transfer.Late.Target)} | {transfer.Early} | {transfer.Late} | {difference} | {transfer.VerdictText} |";
            }
    }

    /// <summary>The accuracies from the end of the first stage on, with bars of a standard error to each side; what came before is ten times as much and would hide the rest.</summary>
    public static Chart Chart(TransferByStageReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        double[] epochs = [.. report.Readings[0].Skip(1).Select(reading => reading.Epoch)];
        var panels = new List<ChartPanel> { new("source", [.. Lines(0, "the network itself", report.Source)]) { Height = 150 } };
        foreach (string target in report.Targets)
            panels.Add(new ChartPanel(target, [.. Probes.SelectMany((probe, index) => Lines(index + 1, $"{probe.Name} probe", state => report.Probe(target, state, probe.ByRidge)))]) { Height = 150 });
        return new Chart("Test accuracy at the end of each stage, with a standard error to each side", "epoch", panels)
        {
            Legend = ["the network itself", .. Probes.Select(probe => $"{probe.Name} probe")],
        };

        IEnumerable<ChartLine> Lines(int color, string name, Func<int, SeedSample> at)
        {
            SeedSample[] samples = [.. Enumerable.Range(1, States.Length - 1).Select(at)];
            yield return new ChartLine(name, epochs, [.. samples.Select(sample => sample.Mean)]) { Color = color };
            foreach (var (index, sample) in samples.Index())
                yield return new ChartLine("", [epochs[index], epochs[index]], [sample.Mean - sample.Error, sample.Mean + sample.Error]) { Color = color };
        }
    }

    private static string Interval(SeedSample gain) => $"{gain.Mean:F4} ± {gain.Margin:F4}";
}
