using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// What the momentum buffer v before an update adds to |w|² in |z|² = |w|² - 2c v.w + c²|v|² (<see cref="RuleSums"/>). Where v.w was logged both products are exact; else v.w follows from the way of the norm.
/// </summary>
/// <remarks>
/// Where norms fall as exp(-2 L t), 2c v.w is 2 L c/η of |w|²: 9 % at L = 5e-3 and a momentum of 0.9, which is why the account cannot do without it.
/// </remarks>
internal sealed class BufferPart
{
    private readonly GroupPhase _group;
    private readonly double[] _along, _square;

    /// <param name="group">The group in its phase.</param>
    /// <param name="rows">The rows whose norm is known.</param>
    public BufferPart(GroupPhase group, int[] rows)
    {
        _group = group;
        (_along, _square, IsExact) = (new double[rows.Length], new double[rows.Length], new bool[rows.Length]);
        for (int i = 0; i < rows.Length; i++)
            if (!Know(i, rows[i])) Estimate(i, rows);
    }

    /// <summary>Of each row whether v.w and |v|² are known, and not taken from the way of the norm.</summary>
    public bool[] IsExact { get; }

    /// <summary>2c v.w at a row, with c of a rate.</summary>
    public double Along(int i, double rate) => 2 * Carried(rate) * _along[i];

    /// <summary>c²|v|² at a row.</summary>
    public double Square(int i, double rate) => Carried(rate) * Carried(rate) * _square[i];

    /// <summary>What |z|² gains where the rate goes from one to another with this row's buffer.</summary>
    public double Stretched(int i, double from, double to) => Square(i, to) - Square(i, from) - (Along(i, to) - Along(i, from));

    private double Carried(double rate) => rate * RuleSums.Carried(_group.Numbers.Momentum, _group.Phase.Log.Rule);

    private bool Know(int i, int row)
    {
        var (rate, decay, momentum) = _group.NumbersAt(row);
        if (momentum == 0 || (_group.Phase.FirstRow + row == 0 && _group.Steps[row] == 0)) return IsExact[i] = true;
        var rule = _group.Phase.Log.Rule;
        double Of(double[] column) => _group.Of(column)[row];
        double along = Of(_group.Group.BufferWeight), radial = Of(_group.Group.Dot), norm = Of(_group.Group.Norm), angle = Of(_group.Group.Angle);
        if (rule.Decay != DecayForm.Coupled || !double.IsFinite(along)) return false;
        // The update is -η (a d + b v) with d = g + λ w; its part across w is what the angle shows.
        double a = rule.Nesterov ? 1 + momentum : 1 - rule.Dampening, b = rule.Nesterov ? momentum * momentum : momentum;
        double dw = radial + decay * norm * norm, dd = Of(_group.Group.GradientSquare) + 2 * decay * radial + decay * decay * norm * norm, vd = Of(_group.Group.BufferDot) + decay * along;
        double outward = (a * dw + b * along) / norm, across = (norm - rate * outward) * Elementary.Sin(angle) / (rate * Elementary.Cos(angle));
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
        double left = _group.Steps[rows[middle]] - _group.Steps[rows[middle - 1]], right = _group.Steps[rows[middle + 1]] - _group.Steps[rows[middle]];
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
