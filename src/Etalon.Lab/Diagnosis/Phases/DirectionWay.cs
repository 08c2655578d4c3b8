using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// |w| of a group through the rates and decays of a log, by the law of its optimizer from the first measured norm on; between rows the
/// numbers go from one to the next along a line.
/// </summary>
internal sealed class DirectionWay
{
    // A number for each update; beyond, a curve is no longer worth its memory.
    private const long MostUpdates = 2_000_000;

    private readonly DirectionCurve _curve;
    private readonly long _begin;

    private DirectionWay(DirectionCurve curve, long begin) => (_curve, _begin) = (curve, begin);

    /// <summary>The way of a group; null where rule or numbers are not known: of Adam with L2 there is none without the
    /// gradients.</summary>
    public static DirectionWay? Of(RunLog log, LogGroup group)
    {
        double elements = Array.Find(group.Elements, double.IsFinite), norm = group.Norm.Length > 0 ? group.Norm[0] : double.NaN;
        if (log.Kind is not (OptimizerKind.AdamW or OptimizerKind.Lion or OptimizerKind.Signum)
            || log.Steps[^1] - log.Steps[0] >= MostUpdates
            || !(elements >= 1 && norm > 0) || DirectionPhase.RuleOf(log, group, 0) is not { } rule) return null;
        int count = (int)(log.Steps[^1] - log.Steps[0]) + 1;
        var (rates, decays) = (Line(log.Steps, group.Rate, count), Line(log.Steps, group.WeightDecay, count));
        if (rates.Concat(decays).Any(value => !(value >= 0))) return null;
        double beta1 = group.Momentum[0], beta2 = log.Beta2.Length > 0 ? log.Beta2[0] : 0;
        var curve = log.Kind == OptimizerKind.AdamW
            ? DirectionCurve.OfAdamW(
                new AdamTable(rates.Zip(decays, (rate, decay) => new AdamRow(Elementary.Log(rate), decay, beta1, beta2, 0))),
                elements, norm)
            : DirectionCurve.Of(rule, new UpdateTable(log.Rule,
                rates.Zip(decays, (rate, decay) => new UpdateRow(Elementary.Log(rate), decay, beta1, 0))), elements, norm);
        return new(curve, log.Steps[0]);
    }

    /// <summary>|w| before an update of the log.</summary>
    public double NormAt(long step) => _curve.NormAt(step - _begin);

    /// <summary>The angle of an update.</summary>
    public double AngleAt(long step) => _curve.AngleAt(step - _begin);

    private static double[] Line(long[] steps, double[] values, int count)
    {
        var line = new double[count];
        for (int row = 0; row + 1 < steps.Length; row++)
            for (long step = steps[row]; step < steps[row + 1]; step++)
                line[step - steps[0]] =
                    values[row] + (values[row + 1] - values[row]) * (step - steps[row]) / (steps[row + 1] - steps[row]);
        line[^1] = values[^1];
        return line;
    }
}
