using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// The account of |w|² in a phase: what gradients added, what it gained, and what the decay of the log should have taken, with the error
/// that what lies between the rows leaves.
/// </summary>
internal sealed class NormAccount
{
    // Where the rate moves further than this from one row to the next, nobody knows what it was between them.
    private const double SteepestRate = 1.5;

    // The same of the decay, which is not known between the rows where its sum was not logged: it may jump anywhere between them.
    private const double SteepestDecay = 1.2;

    // Rows whose mean is taken to tell a trend of S from its noise.
    private const int Smoothing = 5;

    // Of a smooth fall between two rows the trapezoid is off by up to a half, by a sixth where it is geometric and tenfold.
    private const double TrapezoidError = 0.3;

    // How far the buffer's part in the norm may be off at either end, where it was not logged: of what gradients add in a buffer's memory,
    // and of how much the norm's pace changes.
    private const double EdgeError = 0.5;

    // How far the mean of |w|² between rows may be off, of what a trend of S bends it by, where it is that of rows.
    private const double TrendError = 0.5;

    private const int FewestBends = 1;

    // Second differences share their values: of independent ones they remember the next two by -2/3 and 1/6, and 1 + 2 (4/9 + 1/36) of them
    // are worth one.
    private const double BendsAlike = 35 / 18.0;

    // What is left where the buffer follows from norms: third orders of L.
    private const double Inexactness = 1e-4;

    private readonly GroupPhase _group;
    private readonly int[] _rows;
    private readonly double[] _level, _weight;
    private readonly BufferPart _buffer;
    private readonly double[] _steady;
    private double _grown, _gained, _meant, _units, _unsteady, _edge, _unseen, _rounded, _alone;
    private int _intervals, _bends;
    private bool _isExact = true;
    private readonly List<NormStep> _steps = [];

    /// <param name="group">The group in its phase.</param>
    /// <param name="rows">The rows whose norm is known, two or more.</param>
    public NormAccount(GroupPhase group, int[] rows)
    {
        (_group, _rows, _level, _weight, _buffer) =
            (group, rows, Levels(group, rows), new double[rows.Length], new BufferPart(group, rows));
        _steady = [.. Enumerable.Range(0, rows.Length - 1).Select(MeanSquare)];
    }

    public NormBalance Close(double[] predicted, double endRatio)
    {
        double noise = Noise(), wander = Wander();
        for (int i = 0; i + 1 < _rows.Length; i++)
            if (Counts(i)) AddStep(i, noise, wander);
        // The part of the scatter of single updates that the rows did not see: none where every update is a row.
        double sampled = Enumerable.Range(0, _rows.Length).Sum(i => Elementary.Pow(_weight[i] * _level[i] * noise, 2));
        return new(predicted)
        {
            EndRatio = endRatio,
            Taken = _grown - _gained,
            Meant = _meant,
            Variance = sampled + _unseen + _unsteady * _unsteady + _edge * _edge + Elementary.Pow(_rounded / PhaseEstimate.Normal, 2)
                + (_isExact ? 0 : Elementary.Pow(_meant * Inexactness, 2)),
            Freedom = double.IsNaN(wander) || _bends == 0 ? _intervals : _bends / BendsAlike,
            Units = _units,
            Intervals = _intervals,
            Steps = _steps,
        };
    }

    // An interval, and what it alone is off by.
    private void AddStep(int i, double noise, double wander)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        double before = _grown - _gained - _meant, unseen = _unseen, unsteady = _unsteady, rounded = _rounded;
        _alone = 0;
        Add(i, noise, wander);
        bool isSeen = _group.GrownBetween(row, next) is not null;
        long steps = _group.Steps[next] - _group.Steps[row];
        double sampled = isSeen ? 0 : _group.LawAt(row)!.Growth / (2 * Square(row)) * steps * _level[i] * noise;
        double edge = _isExact ? 0 : _edge;
        _steps.Add(new(_group.Phase.FirstRow + row, _group.Phase.FirstRow + next, (_grown - _gained - _meant - before) / Square(row),
            Math.Sqrt(_unseen - unseen + _alone + Elementary.Pow(_unsteady - unsteady, 2) + Elementary.Pow(_rounded - rounded, 2)
                + sampled * sampled + edge * edge) / Square(row), isSeen,
            Carried(i, _group.NumbersAt(row).Rate) / Square(row)));
    }

    private bool Counts(int i)
    {
        // The first update takes all of its gradient into the buffer, whatever the dampening.
        if (_group.Steps[_rows[i]] == 0 && _group.Phase.Log.Rule.Dampening != 0) return false;
        if (MomentumMoves(i)) return false;
        if (_group.Phase.Log.IsReplacedBetween(_group.Phase.FirstRow + _rows[i], _group.Phase.FirstRow + _rows[i + 1])) return false;
        if (_buffer.Fills(i) && _group.GrownBetween(_rows[i], _rows[i + 1]) is null) return false;
        var (from, to) = (_group.NumbersAt(_rows[i]).Rate, _group.RateUpTo(_rows[i], _rows[i + 1]));
        if (_group.UnitsBetween(_rows[i], _rows[i + 1]) is null && DecayJumps(_rows[i], _rows[i + 1])) return false;
        bool isBetween = from > 0 && to > 0 && Math.Max(from, to) <= SteepestRate * Math.Min(from, to) && double.IsFinite(_level[i])
            && double.IsFinite(_level[i + 1])
            && !_group.Phase.Log.MovesBetween(_group.Phase.FirstRow + _rows[i], _group.Phase.FirstRow + _rows[i + 1]);
        return isBetween && (IsSteady(i) || (_buffer.IsExact[i] && _buffer.IsExact[i + 1]));
    }

    // What the buffer will still give to the weights is counted by one momentum: where that has just moved, another would be right.
    private bool MomentumMoves(int i)
    {
        const double Lifetimes = 4;
        double momentum = _group.NumbersAt(_rows[i + 1]).Momentum;
        for (int j = i; j >= 0 && (j == i || _group.Steps[_rows[i]] - _group.Steps[_rows[j]] <= Lifetimes / (1 - momentum)); j--)
            if (_group.NumbersAt(_rows[j]).Momentum != momentum) return true;
        return false;
    }

    private bool DecayJumps(int row, int next)
    {
        double from = _group.NumbersAt(row).WeightDecay, to = _group.NumbersAt(next).WeightDecay;
        return _group.Steps[next] - _group.Steps[row] > 1 && Math.Max(from, to) > SteepestDecay * Math.Min(from, to);
    }

    // What a buffer still holds was taken in at the rates of the last updates.
    private bool IsSteady(int i)
    {
        var (rate, _, momentum) = _group.NumbersAt(_rows[i]);
        for (int j = i - 1; j >= 0 && momentum > 0 && _group.Steps[_rows[i]] - _group.Steps[_rows[j]] <= 2 / (1 - momentum); j--)
            if (_group.NumbersAt(_rows[j]).Rate is var past && !(past > 0 && Math.Max(rate, past) <= SteepestRate * Math.Min(rate, past)))
                return false;
        return true;
    }

    private void Add(int i, double noise, double wander)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        var (now, then) = (_group.LawAt(row)!, _group.LawUpTo(row, next)!);
        long steps = _group.Steps[next] - _group.Steps[row];
        double before = Square(row), after = Square(next), rate = _group.NumbersAt(row).Rate,
            last = steps == 1 ? rate : _group.RateUpTo(row, next);
        // T² over |w|², by the trapezoid: with S it is what an update adds to |w|².
        double pace = (now.Growth / before + then.Growth / after) / 4, trend = Math.Abs(_level[i + 1] - _level[i]);
        if (_group.GrownBetween(row, next) is { } grown) _grown += grown;
        else if (steps > 1 && _buffer.GrownByBuffer(i) is var (added, variance))
        {
            _grown += added;
            _unseen += variance;
            Fall(steps, pace, trend, noise * (_level[i] + _level[i + 1]) / 2);
        }
        else
        {
            double sum = 0;
            foreach (int end in (int[])[i, i + 1])
            {
                double value = _group.Source.Values[_rows[end]];
                sum += double.IsFinite(value) ? value : _level[end];
                _weight[end] += pace * steps / 2 * Math.Sqrt(1 - 1.0 / steps);
            }
            // The updates from a row up to the next, without it: of rows that follow each other the first one alone.
            _grown += steps == 1 ? now.Growth / (2 * before) * _group.Source.Values[row] : pace * steps * sum / 2;
            Fall(steps, pace, trend, noise * (_level[i] + _level[i + 1]) / 2);
        }
        _grown += Radial(row, next, steps);
        // A rate that moves takes the buffer's part in z with it.
        if (last != rate)
        {
            var (from, to) = (_buffer.Stretched(i, rate, last), _buffer.Stretched(i + 1, rate, last));
            _grown += (from + to) / 2;
            _unseen += Elementary.Pow(to - from, 2) / 12;
        }
        // An update may take |w|² off by 2 ulp/2 of it where all weights are rounded one way.
        _rounded += 2 * Rounding.Float32 * steps * before;
        _gained += after - before + Carried(i + 1, last) - Carried(i, rate);
        Decay(i, steps, last);
        if (steps > 1) Unseen(i, steps, pace, wander, noise, trend);
        if (_group.NumbersAt(row).Momentum > 0 && !(_buffer.IsExact[i] && _buffer.IsExact[i + 1]))
        {
            _isExact = false;
            _edge = Math.Max(_edge, EdgeError * pace * (_level[i] + _level[i + 1]) / 2 / (1 - _group.NumbersAt(row).Momentum));
        }
        _intervals++;
    }

    // What the trapezoid is off by where S falls by more than chance.
    private void Fall(long steps, double pace, double trend, double noise)
    {
        double chance = 3 * noise * Math.Sqrt(2.0) / Smoothing;
        if (trend > chance) _unsteady += TrapezoidError * pace * steps * (trend - chance) * (1 - 1.0 / steps);
    }

    // 2 L z.w less what the decay makes of it in second order, L² |w|², summed over the updates from a row up to the next.
    private void Decay(int i, long steps, double last)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        var (now, then) = (_group.LawAt(row)!.Units, _group.LawUpTo(row, next)!.Units);
        double before = Square(row), after = Square(next), rate = _group.NumbersAt(row).Rate;
        if (steps == 1)
        {
            _meant += now * (before * (2 - now) - _buffer.Along(i, rate));
            _units += now;
            return;
        }
        double units = (now + then) / 2, sum = _group.UnitsBetween(row, next) ?? units * steps - (then - now) / 2;
        double along = _buffer.MeanAlong(i) ?? (_buffer.Along(i, rate) + _buffer.Along(i + 1, last)) / 2;
        _meant += sum * (Mean(before, after, now, then, steps) * (2 - units) - along);
        _units += sum;
    }

    // Between two known norms |w|² is a bridge: chance takes its mean off by sqrt(steps/12) of what one update does, and a trend of S bends
    // it.
    private void Unseen(int i, long steps, double pace, double wander, double noise, double trend)
    {
        double pull = _group.LawAt(_rows[i])!.Units + _group.LawAt(_rows[i + 1])!.Units,
            bend = pull * steps * steps * Bending(2 * pull * steps);
        double momentum = _buffer.MeanAlong(i) is null ? 0 : _group.Numbers.Momentum;
        if (double.IsNaN(_steady[i]) || double.IsNaN(wander))
        {
            double level = double.IsNaN(_steady[i]) ? (_level[i] + _level[i + 1]) / 2 : _steady[i];
            _unseen += Elementary.Pow(pull * pace * level * noise, 2) * NormWalk.Spread(steps, momentum);
        }
        else
        {
            // A large gradient counts where it is: the mean over all intervals would be too little there, and too much elsewhere.
            double usual = Elementary.Pow(wander * _steady[i], 2) * 6, own = BendSquare(i) ?? usual,
                walked = Elementary.Pow(pull * pace, 2) * NormWalk.Variance(steps, momentum, noise * noise, wander * wander * 6)
                    / (wander * wander * 6);
            _unseen += double.IsFinite(walked) ? walked * own : 0;
            // That of one interval alone may be small by chance.
            _alone = double.IsFinite(walked) ? walked * Math.Max(0, usual - own) : 0;
            _bends++;
        }
        if (double.IsNaN(_steady[i]))
        {
            _unsteady += TrendError * bend * pace * trend;
            return;
        }
        // Sums over all updates leave little chance in the trend, and what it is off by is in the variance above.
        double growth = pace * _steady[i], known = Trend(i) * growth, chance = growth * noise * Math.Sqrt(2.0 / steps);
        _meant -= bend * known * known * known / (known * known + chance * chance + double.Epsilon);
    }

    // The square of how far S over an interval is from the line through those beside it; at an end three times that of the difference from
    // the only one, which chance makes as large. Null without any.
    private double? BendSquare(int i)
    {
        double before = i > 0 ? _steady[i - 1] : double.NaN, own = _steady[i], after = i + 1 < _steady.Length ? _steady[i + 1] : double.NaN;
        double square = double.IsFinite(before + after) ? Elementary.Pow(before - 2 * own + after, 2)
            : 3 * Elementary.Pow(own - (double.IsFinite(before) ? before : after), 2);
        return double.IsFinite(square) ? square : null;
    }

    // By how much the mean of |w|² falls between two norms, of what gradients would add in the interval more at its end than at its begin:
    // 1/12, less where decay forgets within it.
    private static double Bending(double memory) =>
        memory < 0.01 ? 1 / 12.0 : (1 / (1 - Elementary.Exp(-memory)) - 1 / memory - 0.5) / memory;

    // S over an interval, from the sums of all its updates; NaN where the log has none.
    private double MeanSquare(int i)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        if (_group.GrownBetween(row, next) is not { } grown || !Counts(i)) return double.NaN;
        return grown / (_group.Steps[next] - _group.Steps[row]) * 4
            / (_group.LawAt(row)!.Growth / Square(row) + _group.LawUpTo(row, next)!.Growth / Square(next));
    }

    // How far S over an interval is from the line through those beside it, of S = 1: by chance, or because it wanders in longer than an
    // update.
    private double Wander()
    {
        double[] bends = [.. Enumerable.Range(1, Math.Max(0, _steady.Length - 2))
            .Select(i => (_steady[i - 1] - 2 * _steady[i] + _steady[i + 1]) * 3 / (_steady[i - 1] + _steady[i] + _steady[i + 1]))
            .Where(double.IsFinite)];
        return bends.Length < FewestBends ? double.NaN : Math.Sqrt(bends.Average(bend => bend * bend) / 6);
    }

    // How much S grows in an interval, of S = 1, by the intervals beside it.
    private double Trend(int i)
    {
        int from = i > 0 && double.IsFinite(_steady[i - 1]) ? i - 1 : i,
            to = i + 1 < _steady.Length && double.IsFinite(_steady[i + 1]) ? i + 1 : i;
        return from == to ? 0 : (_steady[to] - _steady[from]) / (to - from) / _steady[i];
    }

    // The mean from a row up to the next of a square that goes from one value to another: the row itself is in it and the next one is not,
    // and the decay may move.
    private static double Mean(double from, double to, double now, double then, long steps) =>
        Bridge(from * from, to * to, 2 * (now + then) * steps) + (from - to) / (2 * steps)
            + 2 * (then - now) / (now + then) * (to - from) / 12;

    // The mean of |w|² between two rows: |w|⁴ goes from one to the other as exp(-4 L t). Simpson's rule over two halves, good to 1e-4 for 4
    // L t up to 4.
    private static double Bridge(double from, double to, double whole)
    {
        double At(double part) =>
            Math.Sqrt(
                Math.Max(0,
                    whole < 1e-9
                        ? from + (to - from) * part
                        : to + (from - to) * (Elementary.Exp(-whole * part) - Elementary.Exp(-whole)) / (1 - Elementary.Exp(-whole))));
        return (Math.Sqrt(from) + 4 * At(0.25) + 2 * At(0.5) + 4 * At(0.75) + Math.Sqrt(to)) / 12;
    }

    // What gradients along the weights do to |w|², -2 T g.w: epsilon leaves a cosine of up to 0.001, and |w| may be a hundred times T |g|.
    private double Radial(int row, int next, long steps)
    {
        double Of(int at) =>
            _group.NumbersAt(at) is var (rate, decay, momentum)
                && rate * RuleSums.TotalOverRate(momentum, _group.Phase.Log.Rule) is var total
                ? -2 * total * (1 - total * decay) * _group.Of(_group.Group.Dot)[at] : 0;
        double sum = steps == 1 ? Of(row) : (Of(row) + Of(next)) / 2 * steps;
        if (!double.IsFinite(sum)) return 0;
        // The updates between were not seen; those of the rows scatter as they do.
        if (steps > 1) _unseen += Elementary.Pow(Of(next) - Of(row), 2) / 2 * (steps - 1);
        return sum;
    }

    // |z|² - |w|².
    private double Carried(int i, double rate) => _buffer.Square(i, rate) - _buffer.Along(i, rate);

    private double Square(int row) => Math.Sqrt(_group.FourthPower[row]);

    // The scatter of S about its trend, of S = 1: half the mean square of the difference of neighbors.
    private double Noise()
    {
        var values = _group.Source.Values;
        double[] differences = [.. Enumerable.Range(0, Math.Max(0, _rows.Length - 1))
            .Select(i => (values[_rows[i + 1]] - values[_rows[i]]) / ((_level[i] + _level[i + 1]) / 2)).Where(double.IsFinite)];
        double square = differences.Length < 4 ? 1 : differences.Average(difference => difference * difference) / 2;
        // Neighbors that remember each other differ by less than they scatter, and their sum by more.
        double spacing = _rows.Length < 2 ? 1 : (_group.Steps[_rows[^1]] - _group.Steps[_rows[0]]) / (_rows.Length - 1.0);
        return Math.Sqrt(square * Math.Max(1, Elementary.Pow(_group.Source.Correlation / spacing, 2)));
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
