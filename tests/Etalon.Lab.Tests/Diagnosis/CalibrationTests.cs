using System.Globalization;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>
/// Whether reports cry wolf, and whether what stands after ± is true: runs of which everything is known. A few in the suite;
/// ETALON_CALIBRATION=400 takes as many as docs/diagnose.md tells of, and prints the shares.
/// </summary>
public class CalibrationTests(ITestOutputHelper output)
{
    private const int Updates = 2000, Few = 32;

    private static readonly int[] Intervals = [1, 5, 20, 50, 200];

    [Fact]
    public void Sound_runs_raise_no_flag_and_what_stands_after_plus_minus_has_the_true_value_in_it()
    {
        int runs = int.TryParse(Environment.GetEnvironmentVariable("ETALON_CALIBRATION"), NumberStyles.None, CultureInfo.InvariantCulture,
            out int many) ? many : Few;
        var covered = new Dictionary<string, (int Held, int Of)>();
        int flagged = 0;
        for (int run = 0; run < runs; run++)
        {
            var (momentum, nesterov) = (run % 3) switch { 0 => (0.9, false), 1 => (0.0, false), _ => (0.9, true) };
            int every = Intervals[run / 3 % Intervals.Length];
            var diagnosis = RunDiagnosis.Of(new SoundRun((ulong)run, Rates(run / 15 % 4, momentum), momentum, nesterov, every).Log());
            if (diagnosis.Flags.Count > 0)
            {
                flagged++;
                output.WriteLine(
                    $"run {run}, every {every}, momentum {momentum}, nesterov {nesterov}: {diagnosis.Flags[0].Cause}: "
                    + $"{diagnosis.Flags[0].Shown}");
            }
            foreach (var (what, held) in Held(diagnosis))
            {
                string kind = every == 1 ? $"{what}, every update" : what;
                var (yes, of) = covered.GetValueOrDefault(kind);
                covered[kind] = (yes + (held ? 1 : 0), of + 1);
            }
        }
        output.WriteLine($"{flagged} of {runs} reports with a flag");
        foreach (var (what,
            (held, of)) in covered.OrderBy(each => each.Key)) output.WriteLine($"{what}: {held} of {of} = {100.0 * held / of:F1} %");
        Assert.True(flagged <= runs / 100, $"{flagged} of {runs} sound runs were flagged");
        // 95 % within what so few runs scatter, three standard deviations; the groups of a run are independent.
        foreach (var (what,
            (held, of)) in covered) Assert.True(held >= 0.95 * of - 3 * Math.Sqrt(0.95 * 0.05 * of) - 0.02 * of, $"{what}: {held} of {of}");
    }

    private static double[] Rates(int schedule, double momentum)
    {
        double peak = momentum > 0 ? 0.1 : 1;
        return [.. Enumerable.Range(0, Updates).Select(step => peak * schedule switch
        {
            0 => 1,
            1 => Math.Min(1, (step + 1) / 200.0),
            2 => step < 1000 ? 1 : step < 1600 ? 0.1 : 0.01,
            _ => step < 100 ? (step + 1) / 101.0 : (1 + Math.Cos(Math.PI * (step - 100) / (Updates - 100))) / 2,
        })];
    }

    // Each stated quantity beside what it is in truth.
    private static IEnumerable<(string What, bool Holds)> Held(RunDiagnosis diagnosis)
    {
        foreach (var (k, group) in diagnosis.Evidence.Groups.Index())
        {
            double square = SoundRun.Squares[k];
            var share = NormBalance.ShareOf(diagnosis.Evidence.InPhases(group.Name).Select(phase => phase.Balance));
            if (share.IsKnown && share.Margin < 0.4) yield return ("decay that the norms show", share.Away(1) <= 1);
            if (UpdateSizes.Of(diagnosis.Evidence, group) is { IsKnown: true } size)
                yield return ("size of updates over gradients'", size.Away(1) <= 1 || size.Margin < 1e-6);
            foreach (var phase in diagnosis.Evidence.InPhases(group.Name))
            {
                if (phase.Gap.IsKnown)
                    yield return ("|w|^4 over equilibrium",
                        phase.Gap.Away(phase.MeasuredFourthPower.Mean / (phase.Law!.FourthPower * square)) <= 1);
                // A buffer that another rate filled turns the weights otherwise until it has emptied.
                if (!phase.Rotation.IsKnown || phase.Steps[phase.FirstWindowRow] < phase.Phase.Begin + 40) continue;
                double mean = phase.FourthPower.Skip(phase.FirstWindowRow).Average(power => phase.Law!.Turn * square / power);
                yield return ("angle over equilibrium's", phase.Rotation.Away(Math.Sqrt(mean) / phase.Law!.Angle) <= 1);
            }
        }
    }
}
