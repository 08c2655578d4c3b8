using Etalon.Lab.Charts;
using Etalon.Lab.Diagnosis;

namespace Etalon.Workbench.Commands;

/// <summary><see cref="SettledRates"/> as a picture: the effective rate of each group over the run.</summary>
internal static class SettledRatesChart
{
    /// <summary>The picture.</summary>
    public static Chart Of(SettledRates rates)
    {
        ArgumentNullException.ThrowIfNull(rates);
        double[] steps = [.. rates.Steps.Select(step => (double)step)];
        return new Chart($"{rates.Source}: effective rates", "update",
            [new("effective rate",
                [.. rates.Groups.Select(
                    (group, i) => new ChartLine(group.Group, steps, rates.Rates(group.Group)) { Color = i })]) { Height = 320 }])
        {
            Legend = [.. rates.Groups.Select(group => group.Group)],
        };
    }
}
