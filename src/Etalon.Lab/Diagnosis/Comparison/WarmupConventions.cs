using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// A warm-up over n updates has at t the share t/n, (t + 1)/n or (t + 1)/(n + 1) of the peak, as one counts: no fault, and no schedule that
/// is an update ahead.
/// </summary>
internal static class WarmupConventions
{
    private const string Begin = "The warm-up counts its updates another way than ";

    private static readonly (string Formula, Func<double, long, double> Share)[] Conventions =
    [
        ("t/{0}", (t, n) => t / n), ("(t + 1)/{0}", (t, n) => (t + 1) / n), ("(t + 1)/{1}", (t, n) => (t + 1) / (n + 1)),
    ];

    /// <summary>Whether a remark is this one.</summary>
    public static bool Is(string remark) => remark.StartsWith(Begin, StringComparison.Ordinal);

    /// <summary>The remark that says so; null where something else is different, too.</summary>
    public static string? Told(RunLog log, Reference reference)
    {
        double[] steps = [.. log.Steps.Select(step => (double)step)];
        long top = GuessedRates.Peak(reference);
        double peak = reference.RateAt(top);
        // (t + 1)/n is at the peak an update before the warm-up ends.
        foreach (long length in (long[])[top, top + 1])
        {
            if (length < 2 || Fitting(length, peak, reference) is not { } meant) continue;
            foreach (var has in Conventions)
                if (has.Formula != meant && ScheduleComparison.Difference(steps, log.Rate,
                    t => t < length ? peak * Math.Min(1, has.Share(t, length)) : reference.RateAt(t), reference) is null)
                    return $"{Begin}{reference.Name}: at update t its rate is {Written(has.Formula, length)} of the peak, there "
                        + $"{Written(meant, length)}. From update {length:#,0} on the rates agree. That is a convention and no fault.";
        }
        return null;
    }

    // The convention of what was meant.
    private static string? Fitting(long length, double peak, Reference reference) => Conventions.FirstOrDefault(
        each => Enumerable.Range(0, (int)Math.Min(length, int.MaxValue)).All(
            t => Math.Abs(peak * Math.Min(1, each.Share(t, length)) - reference.RateAt(t)) <= 1e-6 * peak)).Formula;

    private static string Written(string formula, long length) =>
        formula.Replace("{0}", $"{length:#,0}", StringComparison.Ordinal).Replace("{1}", $"{length + 1:#,0}", StringComparison.Ordinal);
}
