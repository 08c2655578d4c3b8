using System.Globalization;
using Etalon.Lab.Charts;

namespace Etalon.Lab.Claims.FastEquilibrium;

/// <summary>What <see cref="FastEquilibriumExperiment"/> found, as tables and a picture.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Curves">How the arms came together at each intrinsic rate.</param>
internal sealed record FastEquilibriumReport(FastEquilibriumExperiment Experiment, IReadOnlyList<EquilibriumCurve> Curves)
{
    /// <summary>A table for each intrinsic rate, as Markdown.</summary>
    public IEnumerable<string> Tables => Curves.SelectMany(Table);

    /// <summary>Distances, norms and probes over the mixing units.</summary>
    public Chart Picture
    {
        get
        {
            double[] units = [.. Experiment.MixingUnits];
            ChartLine Line(int color, string name, Func<EquilibriumLook, double> value) =>
                new(name, units, [.. Curves[color].Looks.Select(value)]) { Color = color };
            ChartLine[] Lines(Func<EquilibriumLook, double> value) =>
                [.. Curves.Select((curve, i) => Line(i, $"ηλ = {curve.IntrinsicRate:R}", value))];
            double Spread(IReadOnlyList<double> norms) => norms.Max() / norms.Min();
            return new Chart(
                "Arms of different starts and histories under one rate, decay and batch", "mixing units: ηλ times updates",
                [
                    new ChartPanel("largest distance of two arms", Lines(look => look.Distance)) { Height = 240 },
                    new ChartPanel("distance / noise floor",
                        [.. Lines(look => double.IsFinite(look.Ratio) ? look.Ratio : double.NaN), Floor(units)]) { Height = 200 },
                    new ChartPanel("norms: max / min", Lines(look => Spread(look.Norms))) { Height = 140 },
                    new ChartPanel("probe: max - min error",
                        Lines(look => look.ProbeErrors.Max() - look.ProbeErrors.Min())) { Height = 140 },
                ])
            {
                Legend = [.. Curves.Select(curve => $"ηλ = {curve.IntrinsicRate:R}"), "noise floor"],
            };

            ChartLine Floor(double[] units) => new("noise floor", units, [.. units.Select(_ => 1.0)]) { Color = Curves.Count };
        }
    }

    /// <summary>Shares in percent, side by side.</summary>
    internal static string Shares(IReadOnlyList<double> shares) =>
        string.Join(" / ", shares.Select(share => share.ToString("P1", CultureInfo.InvariantCulture)));

    private IEnumerable<string> Table(EquilibriumCurve curve) =>
        [
            $"## ηλ = {curve.IntrinsicRate:R}",
            "",
            $"Arms in this order: {string.Join(", ", Experiment.Arms.Select(arm => arm.Name))}.",
            "",
            "| mixing units | updates | distance | floor | largest ratio | norms | errors | errors after the probe |",
            "|---|---|---|---|---|---|---|---|",
            .. curve.Looks.Select(look =>
                $"| {look.MixingUnits:R} | {look.Steps} | {look.Distance:F3} | {look.Floor:F3} | {Ratio(look.Ratio)} | "
                + $"{string.Join(" / ", look.Norms.Select(norm => norm.ToString("F2", CultureInfo.InvariantCulture)))} | "
                + $"{Shares(look.Errors)} | {Shares(look.ProbeErrors)} |"),
            "",
        ];

    private static string Ratio(double ratio) => double.IsFinite(ratio) ? ratio.ToString("F2", CultureInfo.InvariantCulture) : "-";
}
