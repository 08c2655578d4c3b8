using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Workbench.Commands;

/// <summary><see cref="SettledRates"/> as text.</summary>
internal static class SettledRatesText
{
    /// <summary>What was read, in one line.</summary>
    public static string Heading(SettledRates rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        return $"{rates.Source}: updates {rates.Steps[0]:N0} to {rates.Steps[^1]:N0}, {rates.Steps.Count:N0} rows; {rates.Optimizer}, "
            + $"which sets its rate itself";
    }

    /// <summary>A table with a row for each group.</summary>
    public static IReadOnlyList<string> Table(SettledRates rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        int width = Math.Max("effective rate of".Length, rates.Groups.Max(group => group.Group.Length));
        return
        [
            $"{"effective rate of".PadRight(width)}  {"at first",9}  {"settled",9}  {"SGD's rate",10}  {"angle",8}  over its second half",
            .. rates.Groups.Select(
                group => $"{group.Group.PadRight(width)}  {group.First,9:g3}  {group.Settled,9:g3}  {group.Rate,10:g3}  "
                    + $"{group.Angle,8:g3}  {Motion(group)}"),
        ];
    }

    /// <summary>What the columns are, and what to do with them.</summary>
    /// <param name="rates">The rates.</param>
    /// <param name="width">Columns to write in.</param>
    public static IReadOnlyList<string> Notes(SettledRates rates, int width)
    {
        ArgumentNullException.ThrowIfNull(rates);
        string whole = rates.Groups.FirstOrDefault(group => group.Group == LogGroup.Whole) is { RadialShare: <= RadialCosine.Largest } all
            ? $" `\"optimizer={{name: sgd}}\" momentum=0 learning_rate={RateText.Of(all.Rate)}` has this effective rate on all "
                + $"scale-invariant weights while their norm is the last one; with weight decay SGD has an equilibrium, which can be "
                + $"judged."
            : "";
        return [.. WrappedText.Lines("",
            $"Settled: the median over the last quarter of the run. SGD's rate is the one without momentum that has this effective rate "
            + $"at the weights' last norm; with momentum mu, times 1 - mu. Angle: of an update over the last quarter, in radians. The "
            + $"laws of norm and equilibrium are SGD's, so none is judged here.{whole}", width, indentation: 2)];
    }

    private static string Motion(SettledRate group)
    {
        if (group.RadialShare > RadialCosine.Largest) return $"not scale-invariant: |cos(g, w)| is {group.RadialShare:g2}";
        if (double.IsNaN(group.Drift)) return "too few rows to say";
        return Settling.IsAtRest(group.Drift)
            ? "at rest" : $"x {group.Drift:g3}{(double.IsNaN(group.Power) ? "" : $", as t^{group.Power:0.00}")}";
    }
}
