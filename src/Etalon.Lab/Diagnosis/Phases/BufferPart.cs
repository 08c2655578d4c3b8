using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// What the momentum buffer v before an update adds to |w|² in |z|² = |w|² - 2c v.w + c²|v|² (<see cref="RuleSums"/>). Where v.w was logged
/// both products are exact; else v.w follows from the way of the norm.
/// </summary>
/// <remarks>
/// Where norms fall as exp(-2 L t), 2c v.w is 2 L c/η of |w|²: 9 % at L = 5e-3 and a momentum of 0.9, which is why the account cannot do
/// without it.
/// </remarks>
internal sealed class BufferPart
{
    private readonly GroupPhase _group;
    private readonly int[] _rows;
    private readonly double[] _along, _square, _after;
    private double? _scatter;

    /// <param name="group">The group in its phase.</param>
    /// <param name="rows">The rows whose norm is known.</param>
    public BufferPart(GroupPhase group, int[] rows)
    {
        (_group, _rows) = (group, rows);
        (_along, _square, _after, IsExact) =
            (new double[rows.Length], new double[rows.Length], new double[rows.Length], new bool[rows.Length]);
        Array.Fill(_after, double.NaN);
        for (int i = 0; i < rows.Length; i++)
            if (!Know(i, rows[i])) Estimate(i, rows);
    }

    /// <summary>Of each row whether v.w and |v|² are known, and not taken from the way of the norm.</summary>
    public bool[] IsExact { get; }

    /// <summary>v.w at a row.</summary>
    public double Along(int i) => _along[i];

    /// <summary>|v|² at a row.</summary>
    public double Square(int i) => _square[i];

    /// <summary>|v|² after a row's update, as the angle shows it; NaN where it is not known.</summary>
    public double After(int i) => _after[i];

    /// <summary>2c v.w at a row, with c of a rate.</summary>
    public double Along(int i, double rate) => 2 * Carried(rate) * _along[i];

    /// <summary>c²|v|² at a row.</summary>
    public double Square(int i, double rate) => Carried(rate) * Carried(rate) * _square[i];

    /// <summary>What |z|² gains where the rate goes from one to another with this row's buffer.</summary>
    public double Stretched(int i, double from, double to) => Square(i, to) - Square(i, from) - (Along(i, to) - Along(i, from));

    /// <summary>
    /// What η²|v|² keeps of itself in an update between a row and the next: μ², times the square of what the rate grows by.
    /// </summary>
    public double Kept(int i)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        var (rate, _, momentum) = _group.NumbersAt(row);
        double growth = _group.RateUpTo(row, next) / rate;
        return momentum * momentum * Elementary.Pow(growth * growth, 1.0 / (_group.Steps[next] - _group.Steps[row]));
    }

    /// <summary>
    /// The sum of η²|v'|² with the buffer v' after each update from a row up to the next, of heavy ball, where all gradients between are
    /// known; else null.
    /// </summary>
    /// <remarks>
    /// v' = μ v + (1 - τ) d with d = g + λ w, so |v'|² = μ² |v|² + (1 - τ)² (|d|² + 2 b v.d): (1 - μ²) Σ|v'|² is (1 - τ)² Σ(|d|² + 2 b v.d)
    /// + μ² (|v|² at the row less that at the next) exactly, whatever gradients are to each other. With a rate that moves by the same
    /// factor each update <see cref="Kept"/> stands for μ².
    /// </remarks>
    public double? SquareSum(int i)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        long steps = _group.Steps[next] - _group.Steps[row];
        var rule = _group.Phase.Log.Rule;
        double rate = _group.NumbersAt(row).Rate, last = _group.RateUpTo(row, next), momentum = _group.NumbersAt(row).Momentum;
        if (!IsHeavyBall(i)) return null;
        double first = rate * rate, end = last * last, share = RuleSums.BufferShare(momentum, rule),
            total = RuleSums.TotalOverRate(momentum, rule);
        double Of(double[] column, int at) => _group.Of(column)[at];
        double? gradients = steps == 1
            ? first * (Of(_group.Group.GradientSquare, row) + 2 * share * Of(_group.Group.BufferDot, row))
            : _group.GrownBetween(row, next) / (total * total);
        double sum = ((1 - rule.Dampening) * (1 - rule.Dampening) * (gradients + Decayed(i))
            + momentum * momentum * (first * _square[i] - end * _square[i + 1])) / (1 - Kept(i)) ?? double.NaN;
        return double.IsFinite(sum) ? sum : null;
    }

    /// <summary>
    /// What gradients added to |z|² from a row up to the next, T² Σ(|g|² + 2 b v.g), where their sums are not known but |v|² is at both
    /// ends; and the variance of that. Null where it cannot be said.
    /// </summary>
    /// <remarks>
    /// <see cref="SquareSum"/> read the other way: the sum of |v'|², of which the first and the last are known, says what gradients were.
    /// |v|² remembers itself as <see cref="Kept"/>, so it is far nearer to the line between its ends than a gradient's product with the
    /// buffer, of which rows are but samples.
    /// </remarks>
    public (double Sum, double Variance)? GrownByBuffer(int i)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        var rule = _group.Phase.Log.Rule;
        double rate = _group.NumbersAt(row).Rate, last = _group.RateUpTo(row, next), momentum = _group.NumbersAt(row).Momentum,
            taken = 1 - rule.Dampening, total = RuleSums.TotalOverRate(momentum, rule) / taken;
        if (momentum == 0 || !IsHeavyBall(i) || EndsMean(i) is not { } mean) return null;
        long steps = _group.Steps[next] - _group.Steps[row];
        double kept = Kept(i), lost = 1 - kept, first = rate * rate, end = last * last;
        double gradients =
            lost * steps * mean - momentum * momentum * (first * _square[i] - end * _square[i + 1]) - taken * taken * Decayed(i);
        return (total * total * gradients, Elementary.Pow(total * total * lost * mean, 2) * Scatter * LineError(steps, kept));
    }

    /// <summary>2c v.w, the mean over the updates from a row up to the next; null where it is not known.</summary>
    /// <remarks>w is what it was less η v, so 2η v.w, with both after the update, is what |w|² lost in it less η²|v|²: its sum
    /// telescopes.</remarks>
    public double? MeanAlong(int i)
    {
        var (row, next) = (_rows[i], _rows[i + 1]);
        double rate = _group.NumbersAt(row).Rate, last = _group.RateUpTo(row, next),
            carried = RuleSums.Carried(_group.Numbers.Momentum, _group.Phase.Log.Rule);
        return carried
            * (_group.Square(row) - _group.Square(next) - (SquareSum(i) ?? EndsMean(i) * (_group.Steps[next] - _group.Steps[row]))
            + 2 * (rate * _along[i] - last * _along[i + 1])) / (_group.Steps[next] - _group.Steps[row]);
    }

    /// <summary>Whether the buffer fills between a row and the next, the first of a run, so that its square is on no line.</summary>
    public bool Fills(int i) =>
        _group.Steps[_rows[i]] == 0 && _group.Steps[_rows[i + 1]] > 1 && _group.NumbersAt(_rows[i]).Momentum > 0 && IsHeavyBall(i);

    private bool IsHeavyBall(int i)
    {
        var rule = _group.Phase.Log.Rule;
        // The first update takes all of its gradient into the buffer, whatever the dampening.
        return rule is { Nesterov: false, Decay: DecayForm.Coupled }
            && _group.NumbersAt(_rows[i]).Momentum == _group.NumbersAt(_rows[i + 1]).Momentum && IsExact[i] && IsExact[i + 1]
            && !(rule.Dampening != 0 && _group.Steps[_rows[i]] == 0);
    }

    // η² times what decay adds to |d|², λ² |w|² + 2 λ g.w, and to 2 b v.d, 2 b λ v.w. Of rows that follow each other that of the first
    // alone.
    private double Decayed(int i)
    {
        double Of(int at)
        {
            var (rate, decay, momentum) = _group.NumbersAt(_rows[at]);
            return rate * rate
                * (decay * decay * _group.Square(_rows[at]) + 2 * decay * _group.Of(_group.Group.Dot)[_rows[at]]
                + 2 * RuleSums.BufferShare(momentum, _group.Phase.Log.Rule) * decay * _along[at]);
        }

        long steps = _group.Steps[_rows[i + 1]] - _group.Steps[_rows[i]];
        return steps == 1 ? Of(i) : steps * (Of(i) + Of(i + 1)) / 2;
    }

    // η²|v'|² of the first and the last update between two rows, the mean.
    private double? EndsMean(int i)
    {
        double rate = _group.NumbersAt(_rows[i]).Rate, last = _group.RateUpTo(_rows[i], _rows[i + 1]),
            mean = (rate * rate * _after[i] + last * last * _square[i + 1]) / 2;
        return IsHeavyBall(i) && double.IsFinite(mean) ? mean : null;
    }

    // The variance of |v|², of a mean of 1: by how much its two ends differ, which remember each other.
    private double Scatter => _scatter ??= Enumerable.Range(0, Math.Max(0, _rows.Length - 1)).Select(i =>
    {
        double rate = _group.NumbersAt(_rows[i]).Rate, last = _group.RateUpTo(_rows[i], _rows[i + 1]), from = rate * rate * _after[i],
            to = last * last * _square[i + 1];
        long steps = _group.Steps[_rows[i + 1]] - _group.Steps[_rows[i]];
        return steps < 2 || Fills(i) || !IsHeavyBall(i)
            ? double.NaN : 2 * Elementary.Pow((to - from) / (to + from), 2) / (1 - Elementary.Pow(Kept(i), steps - 1));
    }).Where(double.IsFinite).DefaultIfEmpty(1).Average();

    /// <summary>
    /// The variance of the sum of n values less n times the mean of the first and the last, of values of variance 1 that remember each
    /// other as r^lag; with what it shares with its two neighbors.
    /// </summary>
    private static double LineError(long steps, double r)
    {
        double n = steps, power = Elementary.Pow(r, n), sum = (1 - power) / (1 - r);
        double own = n + 2 * r * (n - sum) / (1 - r) - 2 * n * sum + n * n * (1 + power / r) / 2;
        double shared = r * sum * sum - n * sum * (r + power) + n * n / 4 * (r + 2 * power + power * power / r);
        return Math.Max(0, own + 2 * shared);
    }

    private double Carried(double rate) => rate * RuleSums.Carried(_group.Numbers.Momentum, _group.Phase.Log.Rule);

    private bool Know(int i, int row)
    {
        var (rate, decay, momentum) = _group.NumbersAt(row);
        bool isEmpty = momentum == 0 || (_group.Phase.FirstRow + row == 0 && _group.Steps[row] == 0);
        if (isEmpty) IsExact[i] = true;
        var rule = _group.Phase.Log.Rule;
        double Of(double[] column) => _group.Of(column)[row];
        double along = isEmpty ? 0 : Of(_group.Group.BufferWeight), radial = Of(_group.Group.Dot), norm = Of(_group.Group.Norm),
            angle = Of(_group.Group.Angle);
        if (rule.Decay != DecayForm.Coupled || !double.IsFinite(along)) return isEmpty;
        // The update is -η (a d + b v) with d = g + λ w; its part across w is what the angle shows.
        double a = rule.Nesterov ? 1 + momentum : 1 - rule.Dampening, b = rule.Nesterov ? momentum * momentum : momentum;
        double dw = radial + decay * norm * norm, dd = Of(_group.Group.GradientSquare) + 2 * decay * radial + decay * decay * norm * norm,
            vd = Of(_group.Group.BufferDot) + decay * along;
        double outward = (a * dw + b * along) / norm,
            across = (norm - rate * outward) * Elementary.Sin(angle) / (rate * Elementary.Cos(angle));
        if (!rule.Nesterov) _after[i] = across * across + outward * outward;
        if (isEmpty) return true;
        double square = (across * across + outward * outward - a * a * dd - 2 * a * b * vd) / (b * b);
        if (!double.IsFinite(square)) return false;
        (_along[i], _square[i]) = (along, Math.Max(0, square));
        return IsExact[i] = true;
    }

    // w is what it was less η v: |w before|² = |w|² + 2η v.w + η²|v|².
    private void Estimate(int i, int[] rows)
    {
        int row = rows[i];
        if (i > 0 && _group.Steps[row] - _group.Steps[rows[i - 1]] == 1)
        {
            double past = _group.NumbersAt(rows[i - 1]).Rate, moved = Moved(rows[i - 1]);
            (_along[i], _square[i]) = ((Norm2(rows[i - 1]) - Norm2(row) - moved) / (2 * past), moved / (past * past));
            return;
        }
        double rate = _group.NumbersAt(row).Rate, own = Moved(row);
        (_along[i], _square[i]) = (-(Slope(i, rows) + own) / (2 * rate), own / (rate * rate));
    }

    // What |w|² gains an update, by the parabola through three rows.
    private double Slope(int i, int[] rows)
    {
        if (rows.Length < 3) return rows.Length < 2 ? 0 : Net(rows[0], rows[1]);
        int middle = Math.Clamp(i, 1, rows.Length - 2);
        double before = Net(rows[middle - 1], rows[middle]), after = Net(rows[middle], rows[middle + 1]);
        double left = _group.Steps[rows[middle]] - _group.Steps[rows[middle - 1]],
            right = _group.Steps[rows[middle + 1]] - _group.Steps[rows[middle]];
        double at = (before * right + after * left) / (left + right);
        return i < middle ? 2 * before - at : i > middle ? 2 * after - at : at;
    }

    private double Net(int row, int next) => (Norm2(next) - Norm2(row)) / (_group.Steps[next] - _group.Steps[row]);

    private double Moved(int row)
    {
        double moved = Elementary.Pow(_group.Of(_group.Group.Angle)[row], 2) * Norm2(row), momentum = _group.NumbersAt(row).Momentum;
        if (double.IsFinite(moved)) return moved;
        double growth = _group.LawAt(row)!.Growth / (2 * Norm2(row)) * _group.Source.Values[row];
        return double.IsFinite(growth) ? growth * (1 - momentum) / (1 + momentum) : 0;
    }

    private double Norm2(int row) => Math.Sqrt(_group.FourthPower[row]);
}
