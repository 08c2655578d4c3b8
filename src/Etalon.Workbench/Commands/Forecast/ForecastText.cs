using System.Globalization;
using Etalon.Lab.Charts;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>A forecast as text: phases, a sentence for each, curves.</summary>
internal static class ForecastText
{
    // Two digits are what a fourth root of an S that drifts is worth; a comparison may show more, or fewer.
    private const int ChartHeight = 10, UsualDigits = 3, MostDigits = 4;

    /// <summary>The recipe's length in updates, epochs and mixing units.</summary>
    public static string Heading(Forecast forecast) =>
        Heading(forecast.Recipe, forecast.MixingUnits);

    /// <summary>The same of any forecast.</summary>
    public static string Heading(Recipe recipe, double units) =>
        $"{recipe.Name}: {recipe.TotalSteps} updates, {(recipe.Epochs is { } epochs ? $"{epochs:0.###} epochs, " : "")}"
        + $"{units:G3} mixing units";

    /// <summary>The phases as a table.</summary>
    public static IReadOnlyList<string> Table(Forecast forecast,
        IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured = null)
    {
        int digits = Digits(forecast, measured);
        var curve = forecast.Whole.Curve;
        List<string[]> rows = [["phase", "updates", "rate", "decay", "units", "settled", "norm", "eff. rate/equil."]];
        for (var i = 0; i < forecast.Phases.Count; i++)
        {
            var phase = forecast.Phases[i];
            var (first, last) = (phase.First.Numbers, phase.Last.Numbers);
            string norms = forecast.HasNorms ? Norms(curve.NormAt(phase.Begin), curve.NormAt(phase.End), digits) : "?";
            rows.Add(
            [
                $"{i + 1}", $"{phase.Begin}-{phase.End}", Pair(first.Rate, last.Rate), Pair(first.WeightDecay, last.WeightDecay),
                $"{phase.MixingUnits:G3}", $"{phase.Equilibrated:P0}", norms, Ratios(forecast, phase.Begin, phase.End - 1, digits),
            ]);
        }
        return [.. TextTable.Aligned(rows, left: -1)];
    }

    /// <summary>A sentence or two for each phase.</summary>
    public static IReadOnlyList<string> Words(Forecast forecast, int width) =>
        [.. forecast.Phases.SelectMany((_, i) => Wrap($"Phase {i + 1}: {PhaseWords.Of(forecast, i)}", width))];

    /// <summary>Norm and effective rate, drawn with characters.</summary>
    public static IReadOnlyList<string> Charts(Forecast forecast, int width)
    {
        var text = new List<string>();
        foreach (var panel in ForecastChart.PanelsOf(forecast, onlyWhole: true))
        {
            if (text.Count > 0) text.Add("");
            text.Add($"{panel.Label} by update");
            text.AddRange(TextChart.Draw(panel.Lines, width, ChartHeight));
        }
        return text;
    }

    /// <summary>What the numbers rest on, and how far to trust them.</summary>
    public static IReadOnlyList<string> Notes(Forecast forecast, int width) => [.. Wrap(forecast.HasNorms
        ? $"S, the mean square of the gradient on the unit sphere, is taken {forecast.Source}; it settles at {forecast.Whole.Settled:G3} "
            + $"for all scale-invariant weights together. S drifts while the loss falls, which nobody knows before: "
            + "norms are forecast to its fourth root, so that an S off by half is 11 % of the norm. A network that has learned its data "
            + "by heart has almost no gradient left, until its norm has shrunk so far that the loss bursts: then there is no equilibrium "
            + "to forecast."
        : "S, the mean square of the gradient on the unit sphere, is not known: no norms, and effective rates only over those of "
            + "equilibrium, for a run that starts there. A recipe with data and a model is probed; else give S by --gradient-square, or "
            + "a run that measured it by --from.", width)];

    /// <summary>The errors against the norms that a run measured, as a table.</summary>
    public static IReadOnlyList<string> Errors(Forecast forecast,
        IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>> measured)
    {
        var text = new List<string> { $"{"norm, forecast over measured",-40} {"r.m.s.",8} {"largest",8}" };
        foreach (var group in forecast.Groups)
        {
            if (!measured.TryGetValue(group.Name, out var norms)) continue;
            var (mean, largest) = group.ErrorAgainst(norms);
            text.Add($"{group.Name,-40} {mean,8:P1} {largest,8:P1}");
        }
        return text;
    }

    private static string Pair(double from, double to) => from == to ? $"{from:G4}" : $"{from:G4} > {to:G4}";

    // A norm that is off by a tenth has one digit and half of the next.
    private static int Digits(Forecast forecast, IReadOnlyDictionary<string, IReadOnlyList<(long Step, double Norm)>>? measured)
    {
        if (measured is null || !measured.TryGetValue(forecast.Whole.Name, out var norms) || norms.Count == 0) return UsualDigits;
        double error = forecast.Whole.ErrorAgainst(norms).Mean;
        return error > 0 ? Math.Clamp((int)Math.Floor(-Elementary.Log10(error)) + 1, 1, MostDigits) : MostDigits;
    }

    private static string Norms(double from, double to, int digits) =>
        Rounded(from, digits) is var first && Rounded(to, digits) is var last && first == last ? first : $"{first} > {last}";

    private static string Rounded(double value, int digits) => Math.Abs(value) is >= 1e-4 and < 1e7
        ? double.Parse(value.ToString($"E{digits - 1}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("0.########",
        CultureInfo.InvariantCulture)
        : value.ToString($"G{digits}", CultureInfo.InvariantCulture);

    private static string Ratios(Forecast forecast, long first, long last, int digits)
    {
        string Of(long step) =>
            forecast.Whole.OverEquilibrium(step) is var ratio && double.IsFinite(ratio) ? Rounded(ratio, digits) : "none";
        return $"{Of(first)} > {Of(last)}";
    }

    private static IEnumerable<string> Wrap(string text, int width) => WrappedText.Lines("", text, width, indentation: 2);
}
