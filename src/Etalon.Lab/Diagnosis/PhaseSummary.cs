using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>A phase of a log in numbers; what is not known is null.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Begin">Its first update.</param>
/// <param name="End">The update after its last one.</param>
/// <param name="Rate">The rate of its first row and of its last.</param>
/// <param name="WeightDecay">The weight decay of both.</param>
/// <param name="Momentum">The momentum of both.</param>
/// <param name="MixingUnits">The sum of rate times decay over its updates, over 1 - momentum where the decay goes through the
/// buffer.</param>
internal sealed record PhaseSummary(int Number, long Begin, long End, double?[] Rate, double?[] WeightDecay, double?[] Momentum,
    double? MixingUnits)
{
    internal static PhaseSummary Of(LogPhase phase)
    {
        double?[] Ends(double[] values) => [Known(values[phase.FirstRow]), Known(values[phase.EndRow - 1])];
        return new(phase.Number, phase.Begin, phase.End, Ends(phase.Log.Rate), Ends(phase.Log.WeightDecay), Ends(phase.Log.Momentum),
            Known(RunRemarks.UnitsOf(phase)));
    }

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
