using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// The norm's account of a phase: |w|² grows by T² (|g|² + 2 b v.g) an update and decays by 2 L |w|² (Li, Lyu and Arora 2020, section 5;
/// with momentum <see cref="RuleSums"/>), so from its change and the measured gradients follows how much decay there was, and from the
/// gradients and the decay where the norm should be.
/// </summary>
internal sealed class NormBalance
{
    public NormBalance(double[] predicted) => Predicted = predicted;

    /// <summary>
    /// |w| by the law, driven by the measured S of each row, from the measured norm at the phase's begin; NaN where it cannot be said. One
    /// more than rows: the last is for the phase's end.
    /// </summary>
    public IReadOnlyList<double> Predicted { get; }

    /// <summary>|w|^4 at the phase's end over the law's.</summary>
    public double EndRatio { get; init; } = double.NaN;

    /// <summary>What the gradients added to |w|² less what |w|² gained: what decay took.</summary>
    public double Taken { get; init; } = double.NaN;

    /// <summary>What the decay that the log gives the group should have taken.</summary>
    public double Meant { get; init; } = double.NaN;

    /// <summary>
    /// The variance of <see cref="Taken"/> less <see cref="Meant"/>: gradients and norms between the rows that nobody saw.
    /// </summary>
    public double Variance { get; init; }

    /// <summary>The degrees of freedom of <see cref="Variance"/>.</summary>
    public double Freedom { get; init; }

    /// <summary>The mixing units of the stretches that count: those between rows with the same rate, or nearly.</summary>
    public double Units { get; init; }

    /// <summary>How many they are.</summary>
    public int Intervals { get; init; }

    /// <summary>Each of them, with what it is off by.</summary>
    public IReadOnlyList<NormStep> Steps { get; init; } = [];

    /// <summary>The decay that acted on the norm over the one that the log says. Unknown without a complete S.</summary>
    public PhaseEstimate DecayShare => ShareOf([this]);

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => Predicted.All(double.IsNaN);

    /// <summary>The decay that acted over the one that the log says, in several phases together.</summary>
    public static PhaseEstimate ShareOf(IEnumerable<NormBalance> balances)
    {
        var known = balances.Where(balance => balance.Meant > 0).ToList();
        double meant = known.Sum(balance => balance.Meant);
        if (!(meant > 0)) return PhaseEstimate.None;
        return new(known.Sum(balance => balance.Taken) / meant, Math.Sqrt(known.Sum(balance => balance.Variance)) / meant,
            Math.Max(1, known.Sum(balance => balance.Freedom)));
    }

    public static NormBalance Of(GroupPhase group)
    {
        int[] rows = [.. Enumerable.Range(0, group.Steps.Count).Where(row => double.IsFinite(group.FourthPower[row]))];
        var predicted = new double[group.Steps.Count + 1];
        Array.Fill(predicted, double.NaN);
        if (rows.Length < 2 || group.Source.Kind == GradientKind.None || rows.Any(row => group.LawAt(row) is null)) return new(predicted);
        Predict(group, rows, predicted);
        double endRatio = group.FourthPower[rows[^1]] / Elementary.Pow(predicted[rows[^1]], 4);
        return group.Source.IsComplete ? new NormAccount(group, rows).Close(predicted, endRatio) : new(predicted) { EndRatio = endRatio };
    }

    private static void Predict(GroupPhase group, int[] rows, double[] predicted)
    {
        var (power, square) = (group.FourthPower[rows[0]], FirstKnown(group.Source.Values, rows[0]));
        for (int i = 0; i < rows.Length; i++)
        {
            var (row, law) = (rows[i], group.LawAt(rows[i])!);
            if (double.IsFinite(group.Source.Values[row])) square = group.Source.Values[row];
            if (i > 0 && group.Phase.Log.IsReplacedBetween(group.Phase.FirstRow + rows[i - 1], group.Phase.FirstRow + row))
                power = group.FourthPower[row];
            predicted[row] = Elementary.Pow(Math.Max(power, 0), 0.25);
            power = Relaxed(power, square, law, (i + 1 < rows.Length ? group.Steps[rows[i + 1]] : group.Phase.End) - group.Steps[row]);
        }
        predicted[^1] = Elementary.Pow(Math.Max(power, 0), 0.25);
    }

    /// <summary>|w|^4 so many updates later: towards its equilibrium as exp(-4 L t), or growing without end.</summary>
    public static double Relaxed(double power, double square, RowLaw law, double steps)
    {
        if (!double.IsFinite(law.FourthPower)) return power * Elementary.Exp(-4 * law.Units * steps) + law.Growth * square * steps;
        double kept = Elementary.Exp(-4 * law.Units * steps);
        return power * kept + law.FourthPower * square * (1 - kept);
    }

    private static double FirstKnown(IReadOnlyList<double> values, int from) => values.Skip(from).FirstOrDefault(double.IsFinite);
}

/// <summary>What the account of |w|² is off by between two rows.</summary>
/// <param name="Row">The row, of the log.</param>
/// <param name="Next">The row after it.</param>
/// <param name="Miss">What gradients added, less what |w|² gained, less what decay should have taken, of |w|².</param>
/// <param name="Error">What chance leaves of that.</param>
/// <param name="IsSeen">Whether all gradients between are known.</param>
/// <param name="Buffer">What the momentum buffer has in |z|² at the row, of |w|².</param>
internal readonly record struct NormStep(int Row, int Next, double Miss, double Error, bool IsSeen, double Buffer);
