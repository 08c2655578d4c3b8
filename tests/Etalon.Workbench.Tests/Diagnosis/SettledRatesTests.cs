using System.Globalization;
using Etalon.Lab;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>Where the effective rate of a run settled, from metrics of which everything is known.</summary>
public sealed class SettledRatesTests : IDisposable
{
    private const int Rows = 40, Interval = 25;

    private readonly string _runs = Directory.CreateTempSubdirectory("etalon-settled-").FullName;

    public void Dispose() => Directory.Delete(_runs, recursive: true);

    [Fact]
    public void A_rate_that_falls_as_a_power_of_time_has_that_power_and_is_not_at_rest()
    {
        var rates = Of(step => 0.5 / Math.Sqrt(step + 1), norm: 2);
        var group = Assert.Single(rates.Groups);
        Assert.Equal("scale_invariant", group.Group);
        Assert.Equal(0.5, group.First, 1e-6);
        Assert.Equal(-0.5, group.Power, 1e-5);
        // 40 rows, the first at update 0: the middle one is the 20th, the last quarter begins with the 31st and its median is the 36th.
        double[] steps = [.. Enumerable.Range(0, Rows).Select(row => (double)row * Interval + 1)];
        Assert.Equal(0.5 / Math.Sqrt(steps[34]), group.Settled, 1e-6);
        Assert.Equal(Math.Sqrt(steps[19] / steps[39]), group.Drift, 1e-5);
        // |w|^2 = 4.
        Assert.Equal(4 * group.Settled, group.Rate, 1e-6);
        Assert.Contains("as t^-0.50", SettledRatesText.Table(rates)[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_that_stands_still_is_at_rest()
    {
        var rates = Of(_ => 0.01, norm: 3);
        Assert.Equal((1, 0), (Math.Round(rates.Groups[0].Drift, 6), Math.Round(rates.Groups[0].Power, 6)));
        Assert.EndsWith("at rest", SettledRatesText.Table(rates)[1], StringComparison.Ordinal);
        Assert.Contains("`\"optimizer={name: sgd}\" momentum=0 learning_rate=0.09`", string.Join(' ', SettledRatesText.Notes(rates, 1000)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Weights_whose_gradient_has_a_part_along_them_are_said_to_be_not_scale_invariant()
    {
        var rates = Of(_ => 0.01, norm: 1, dot: 0.3);
        Assert.Equal(0.3, rates.Groups[0].RadialShare, 1e-6);
        Assert.Contains("not scale-invariant: |cos(g, w)| is 0.3", SettledRatesText.Table(rates)[1], StringComparison.Ordinal);
        Assert.DoesNotContain("name: sgd", string.Join(' ', SettledRatesText.Notes(rates, 1000)), StringComparison.Ordinal);
    }

    [Fact]
    public void One_row_is_too_few_to_say_and_none_is_refused()
    {
        string run = Trained();
        Assert.Contains("too few rows", SettledRatesText.Table(Read(run, _ => 0.01, 1, 0, rows: 1))[1], StringComparison.Ordinal);
        void Refused(string metrics, string message)
        {
            File.WriteAllText(Path.Combine(run, RunFolder.MetricsName), metrics);
            Assert.Contains(message, Assert.Throws<InputException>(() => SettledRates.Of(run)).Problems[0], StringComparison.Ordinal);
        }
        Refused("", "no norms of weights yet");
        Refused("""{"step":0,"norm/scale_invariant":1}""" + "\n", "no effective rates");
    }

    private SettledRates Of(Func<long, double> rate, double norm, double dot = 0) => Read(Trained(), rate, norm, dot, Rows);

    private string Trained() =>
        SmallRun.Whole(_runs, "duration=1ba", "momentum=0", "optimizer.name=adam", "learning_rate=0.01", "weight_decay=0");

    // Gradients of norm 1; each group of the metrics but the whole is left out.
    private static SettledRates Read(string run, Func<long, double> rate, double norm, double dot, int rows)
    {
        string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);
        File.WriteAllLines(Path.Combine(run, RunFolder.MetricsName), Enumerable.Range(0, rows).Select(row => row * Interval).Select(step =>
            $$"""{"step":{{step}},"norm/scale_invariant":{{Number(norm)}},"gradsq/scale_invariant":1,"dot/scale_invariant":{{Number(dot * norm)}},"angle/scale_invariant":0.01,"effective_rate/scale_invariant":{{Number(rate(step))}}}"""));
        return SettledRates.Of(run)!;
    }
}
