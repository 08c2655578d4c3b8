namespace Etalon.Lab.Diagnosis.Measurements;

/// <summary>
/// The norm's account of a phase: |w|^4 grows by 2 T^2 S an update and decays by 4 L |w|^4 (Li, Lyu and Arora 2020, section 5), so from its change and the measured S follows how much decay
/// there was, and from S and the decay where the norm should be.
/// </summary>
internal sealed class NormBalance
{
    private NormBalance(double[] predicted) => Predicted = predicted;

    /// <summary>|w| by the law, driven by the measured S of each row, from the measured norm at the phase's begin; NaN where it cannot be said. One more than rows: the last is for the phase's end.</summary>
    public IReadOnlyList<double> Predicted { get; }

    /// <summary>|w|^4 at the phase's end over the law's.</summary>
    public double EndRatio { get; private init; } = double.NaN;

    /// <summary>The decay that acted on the norm over the one that the log says; over the log's common one where the group itself is said to have none. Unknown without a complete S.</summary>
    public Estimate DecayShare { get; private init; } = Estimate.None;

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => Predicted.All(double.IsNaN);

    public static NormBalance Of(GroupPhase group)
    {
        int[] rows = [.. Enumerable.Range(0, group.Steps.Count).Where(row => double.IsFinite(group.FourthPower[row]))];
        var predicted = new double[group.Steps.Count + 1];
        Array.Fill(predicted, double.NaN);
        if (rows.Length < 2 || group.Source.Kind == GradientKind.None || rows.Any(row => group.LawAt(row) is null)) return new(predicted);

        var (power, square) = (group.FourthPower[rows[0]], FirstKnown(group.Source.Values, rows[0]));
        double grown = 0, decayed = 0, perSquare = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            var (row, law) = (rows[i], group.LawAt(rows[i])!);
            if (double.IsFinite(group.Source.Values[row])) square = group.Source.Values[row];
            predicted[row] = Math.Pow(Math.Max(power, 0), 0.25);
            long steps = (i + 1 < rows.Length ? group.Steps[rows[i + 1]] : group.Phase.End) - group.Steps[row];
            power = Relaxed(power, square, law, steps);
            if (i + 1 == rows.Length) break;
            grown += law.Growth * square * steps;
            perSquare += law.Growth * steps;
            decayed += 4 * MeantUnits(group, row) * steps * (group.FourthPower[row] + group.FourthPower[rows[i + 1]]) / 2;
        }
        predicted[^1] = Math.Pow(Math.Max(power, 0), 0.25);
        double end = group.FourthPower[rows[^1]];
        var mean = Estimate.Of(group.Source.Values, group.Steps, group.Source.Correlation);
        return new(predicted)
        {
            EndRatio = end / Math.Pow(predicted[rows[^1]], 4),
            DecayShare = decayed > 0 && group.Source.IsComplete && mean.IsKnown
                ? new((grown - (end - group.FourthPower[rows[0]])) / decayed, perSquare * mean.Error / decayed)
                : Estimate.None,
        };
    }

    /// <summary>|w|^4 so many updates later: towards its equilibrium as exp(-4 L t), or growing for ever.</summary>
    public static double Relaxed(double power, double square, RowLaw law, double steps)
    {
        if (!double.IsFinite(law.FourthPower)) return power * Math.Exp(-4 * law.Units * steps) + law.Growth * square * steps;
        double kept = Math.Exp(-4 * law.Units * steps);
        return power * kept + law.FourthPower * square * (1 - kept);
    }

    // Where the group has no decay of its own, what it would have with the decay that the log says first.
    private static double MeantUnits(GroupPhase group, int row)
    {
        var law = group.LawAt(row)!;
        if (law.Units > 0) return law.Units;
        var (rate, _, momentum) = group.NumbersAt(row);
        return RowLaw.Of(rate, group.Phase.Log.WeightDecay[group.Phase.FirstRow + row], momentum, group.Phase.Log.Rule)?.Units ?? 0;
    }

    private static double FirstKnown(IReadOnlyList<double> values, int from) => values.Skip(from).FirstOrDefault(double.IsFinite);
}
