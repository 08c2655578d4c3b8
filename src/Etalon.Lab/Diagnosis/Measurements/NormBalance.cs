using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis.Measurements;

/// <summary>
/// The norm's account of a phase: |w|² grows by T² (|g|² + 2 b v.g) an update and decays by 2 L |w|² (Li, Lyu and Arora 2020, section 5; with momentum <see cref="RuleSums"/>), so from its change and the measured
/// gradients follows how much decay there was, and from the gradients and the decay where the norm should be.
/// </summary>
internal sealed class NormBalance
{
    // Where the rate moves further than this from one row to the next, nobody knows what it was between them.
    private const double SteepestRate = 1.5;

    // Rows whose mean is taken to tell a trend of S from its noise.
    private const int Smoothing = 5;

    // Of a smooth fall between two rows the trapezoid is off by up to a half, by a sixth where it is geometric and tenfold.
    private const double TrapezoidError = 0.3;

    // How far the buffer's part in the norm, of the growth of a buffer's memory, may be off at either end.
    private const double EdgeError = 0.5;

    // What is left of the account where nothing is unseen: third orders of L without momentum; with it what the buffer does while norms move, measured on networks.
    private const double Exactness = 1e-4, WithMomentum = 7e-3;

    private NormBalance(double[] predicted) => Predicted = predicted;

    /// <summary>|w| by the law, driven by the measured S of each row, from the measured norm at the phase's begin; NaN where it cannot be said. One more than rows: the last is for the phase's end.</summary>
    public IReadOnlyList<double> Predicted { get; }

    /// <summary>|w|^4 at the phase's end over the law's.</summary>
    public double EndRatio { get; private init; } = double.NaN;

    /// <summary>What the gradients added to |w|² less what |w|² gained: what decay took.</summary>
    public double Taken { get; private init; } = double.NaN;

    /// <summary>What the decay that the log gives the group should have taken.</summary>
    public double Meant { get; private init; } = double.NaN;

    /// <summary>The variance of <see cref="Taken"/>: gradients between the rows that nobody saw.</summary>
    public double Variance { get; private init; }

    /// <summary>The mixing units of the stretches that count: those between rows with the same rate, or nearly.</summary>
    public double Units { get; private init; }

    /// <summary>How many they are.</summary>
    public int Intervals { get; private init; }

    /// <summary>The decay that acted on the norm over the one that the log says. Unknown without a complete S.</summary>
    public Estimate DecayShare => ShareOf([this]);

    /// <summary>Whether nothing is known.</summary>
    public bool IsEmpty => Predicted.All(double.IsNaN);

    /// <summary>The decay that acted over the one that the log says, in several phases together.</summary>
    public static Estimate ShareOf(IEnumerable<NormBalance> balances)
    {
        var known = balances.Where(balance => balance.Meant > 0).ToList();
        double meant = known.Sum(balance => balance.Meant);
        return meant > 0 ? new(known.Sum(balance => balance.Taken) / meant, Math.Sqrt(known.Sum(balance => balance.Variance)) / meant, Math.Max(1, known.Sum(balance => balance.Intervals))) : Estimate.None;
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

    /// <summary>The account while it is being drawn up.</summary>
    private sealed class NormAccount(GroupPhase group, int[] rows)
    {
        private readonly double[] _level = Levels(group, rows), _weight = new double[rows.Length];
        private double _grown, _gained, _meant, _units, _unsteady, _edge;
        private int _intervals;

        public NormBalance Close(double[] predicted, double endRatio)
        {
            double noise = Noise();
            for (int i = 0; i + 1 < rows.Length; i++)
                if (Counts(i)) Add(i, noise);
            // The part of the scatter of single updates that the rows did not see: none where every update is a row.
            double sampled = Enumerable.Range(0, rows.Length).Sum(i => Elementary.Pow(_weight[i] * _level[i] * noise, 2));
            return new(predicted)
            {
                EndRatio = endRatio,
                Taken = _grown - _gained,
                Meant = _meant,
                Variance = sampled + _unsteady * _unsteady + _edge * _edge + Elementary.Pow(_meant * (group.NumbersAt(rows[0]).Momentum > 0 ? WithMomentum : Exactness), 2),
                Units = _units,
                Intervals = _intervals,
            };
        }

        private bool Counts(int i)
        {
            var (from, to) = (group.NumbersAt(rows[i]).Rate, group.NumbersAt(rows[i + 1]).Rate);
            return from > 0 && to > 0 && Math.Max(from, to) <= SteepestRate * Math.Min(from, to) && IsSteady(i) && !group.Phase.Log.MovesBetween(group.Phase.FirstRow + rows[i], group.Phase.FirstRow + rows[i + 1])
                && double.IsFinite(_level[i]) && double.IsFinite(_level[i + 1]);
        }

        // What a buffer still holds was taken in at the rates of the last updates.
        private bool IsSteady(int i)
        {
            var (rate, _, momentum) = group.NumbersAt(rows[i]);
            for (int j = i - 1; j >= 0 && momentum > 0 && group.Steps[rows[i]] - group.Steps[rows[j]] <= 2 / (1 - momentum); j--)
                if (group.NumbersAt(rows[j]).Rate is var past && !(past > 0 && Math.Max(rate, past) <= SteepestRate * Math.Min(rate, past))) return false;
            return true;
        }

        private void Add(int i, double noise)
        {
            var (row, next) = (rows[i], rows[i + 1]);
            var (now, then) = (group.LawAt(row)!, group.LawAt(next)!);
            long steps = group.Steps[next] - group.Steps[row];
            double before = Square(row), after = Square(next), net = (after - before) / steps;
            // T² over |w|², by the trapezoid: with S it is what an update adds to |w|².
            double pace = (now.Growth / before + then.Growth / after) / 4, growth = pace * (_level[i] + _level[i + 1]) / 2;
            if (group.GrownBetween(row, next) is { } grown) _grown += grown;
            else
            {
                double sum = 0;
                foreach (int end in (int[])[i, i + 1])
                {
                    double value = group.Source.Values[rows[end]];
                    sum += double.IsFinite(value) ? value : _level[end];
                    _weight[end] += pace * steps / 2 * Math.Sqrt(1 - 1.0 / steps);
                }
                // The updates from a row up to the next, without it: of rows that follow each other the first one alone.
                _grown += steps == 1 ? now.Growth / (2 * before) * group.Source.Values[row] : pace * steps * sum / 2;
                double trend = Math.Abs(_level[i + 1] - _level[i]), chance = 3 * noise * (_level[i] + _level[i + 1]) / 2 * Math.Sqrt(2.0) / Smoothing;
                if (trend > chance) _unsteady += TrapezoidError * pace * steps * (trend - chance) * (1 - 1.0 / steps);
            }
            _grown += Radial(row, next, steps);
            _grown += (Stretched(row, growth, net) + Stretched(next, growth, net)) / 2 * Elementary.Log(group.NumbersAt(next).Rate / group.NumbersAt(row).Rate);
            _gained += after - before + Carried(next, growth, net) - Carried(row, growth, net);
            double units = (now.Units + then.Units) / 2 * steps;
            // 2 L |w|² less what the decay itself and the buffer make of it in second order: L² |w|² and 2 L c v.w.
            _meant += units * ((steps == 1 ? 2 * before : before + after) * (1 - (now.Units + then.Units) / 4) - (AlongBuffer(row, growth, net) + AlongBuffer(next, growth, net)) / 2);
            _units += units;
            double momentum = group.NumbersAt(row).Momentum;
            if (momentum > 0) _edge = Math.Max(_edge, EdgeError * growth / (1 - momentum));
            _intervals++;
        }

        // What gradients along the weights do to |w|², -2 T g.w: epsilon leaves a cosine of up to 0.001, and |w| may be a hundred times T |g|.
        private double Radial(int row, int next, long steps)
        {
            double Of(int at) => group.NumbersAt(at) is var (rate, _, momentum) ? -2 * rate * RuleSums.TotalOverRate(momentum, group.Phase.Log.Rule) * group.Of(group.Group.Dot)[at] : 0;
            double sum = steps == 1 ? Of(row) : (Of(row) + Of(next)) / 2 * steps;
            return double.IsFinite(sum) ? sum : 0;
        }

        // |z|² - |w|²: twice the buffer's product with the weights, which follows from the norm's own growth, and the buffer's square, which follows from the angle.
        private double Carried(int row, double growth, double net)
        {
            if (HasNoBuffer(row)) return 0;
            double carried = RuleSums.Carried(group.NumbersAt(row).Momentum, group.Phase.Log.Rule);
            return carried * carried * Moved(row, growth) - AlongBuffer(row, growth, net);
        }

        // d|z|²/d ln c, since a rate that moves takes the buffer's part in z with it.
        private double Stretched(int row, double growth, double net)
        {
            if (HasNoBuffer(row)) return 0;
            double carried = RuleSums.Carried(group.NumbersAt(row).Momentum, group.Phase.Log.Rule);
            return 2 * carried * carried * Moved(row, growth) - AlongBuffer(row, growth, net);
        }

        // 2 c v.w: with what |w|² gains an update, net, from |w'|² = |w|² - 2 η v'.w + η² |v'|².
        private double AlongBuffer(int row, double growth, double net) =>
            HasNoBuffer(row) ? 0 : RuleSums.Carried(group.NumbersAt(row).Momentum, group.Phase.Log.Rule) * (Moved(row, growth) - net);

        private bool HasNoBuffer(int row) => group.NumbersAt(row).Momentum == 0 || group.Phase.FirstRow + row == 0 && group.Steps[row] == 0;

        private double Moved(int row, double growth)
        {
            double moved = Elementary.Pow(group.Of(group.Group.Angle)[row], 2) * Square(row), momentum = group.NumbersAt(row).Momentum;
            return double.IsFinite(moved) ? moved : growth * (1 - momentum) / (1 + momentum);
        }

        private double Square(int row) => Math.Sqrt(group.FourthPower[row]);

        // The scatter of S about its trend, of S = 1: half the mean square of the difference of neighbors.
        private double Noise()
        {
            var values = group.Source.Values;
            double[] differences = [.. Enumerable.Range(0, Math.Max(0, rows.Length - 1)).Select(i => (values[rows[i + 1]] - values[rows[i]]) / ((_level[i] + _level[i + 1]) / 2)).Where(double.IsFinite)];
            double square = differences.Length < 4 ? 1 : differences.Average(difference => difference * difference) / 2;
            // Neighbors that remember each other differ by less than they scatter, and their sum by more.
            double spacing = rows.Length < 2 ? 1 : (group.Steps[rows[^1]] - group.Steps[rows[0]]) / (rows.Length - 1.0);
            return Math.Sqrt(square * Math.Max(1, Elementary.Pow(group.Source.Correlation / spacing, 2)));
        }

        private static double[] Levels(GroupPhase group, int[] rows)
        {
            var levels = new double[rows.Length];
            for (int i = 0; i < rows.Length; i++)
            {
                int from = Math.Max(0, i - Smoothing / 2), to = Math.Min(rows.Length - 1, i + Smoothing / 2);
                double sum = 0;
                int count = 0;
                for (int j = from; j <= to; j++)
                {
                    if (!double.IsFinite(group.Source.Values[rows[j]])) continue;
                    sum += group.Source.Values[rows[j]];
                    count++;
                }
                levels[i] = count == 0 ? double.NaN : sum / count;
            }
            return levels;
        }
    }
}
