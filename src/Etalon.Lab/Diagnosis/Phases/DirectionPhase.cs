using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;
using Etalon.Schedules.Dynamics;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// A group of weights in a phase of AdamW, Adam with L2, Lion or Muon: norm, angle and balance against the laws of updates that have a size
/// of their own (<see cref="DirectionRule"/>). What cannot be said is unknown.
/// </summary>
internal sealed class DirectionPhase
{
    // Beyond, whatever there was is forgotten or never will be.
    private const long MostUpdates = 10_000_000;

    // The least β₂ of which AdamW's laws are within 15 % of random walks; their margins are wider.
    private const double ShortestMemory = 0.5;

    private readonly GroupPhase _group;
    private readonly double _memory;

    public DirectionPhase(GroupPhase group)
    {
        _group = group;
        double momentum = group.Numbers.Momentum;
        _memory = momentum is >= 0 and < 1 ? (1 + momentum) / (1 - momentum) : 1;
        Equilibrium = EquilibriumOf(group);
    }

    /// <summary>Where norm and angle settle with the phase's numbers; null where they move, or are not known.</summary>
    public DirectionEquilibrium? Equilibrium { get; }

    /// <summary>Why there is no equilibrium to compare with; null where there is one.</summary>
    public string? WithoutEquilibrium
    {
        get
        {
            if (Equilibrium is not null) return null;
            var (rate, decay, momentum) = _group.Numbers;
            var log = _group.Phase.Log;
            if (double.IsNaN(rate) || double.IsNaN(decay)) return "needs lr and weight_decay";
            if (!_group.Phase.IsConstant || _group.NumbersAt(0) != _group.Numbers) return "the numbers move, and the equilibrium with them";
            if (rate == 0) return "the rate is 0";
            if (decay == 0) return "no weight decay: the norm grows for ever, there is no equilibrium";
            if (!(rate * decay < 1)) return "rate times decay leaves nothing of the weights";
            if (double.IsNaN(First(_group.Group.Elements))) return "needs elements/NAME";
            if (!(momentum is >= 0 and < 1)) return "needs momentum, which is beta1";
            return log.Kind switch
            {
                OptimizerKind.AdamWithL2 when _group.Name == LogGroup.Whole => "each tensor has a law, and all of them together have none",
                OptimizerKind.AdamWithL2 => "needs gradsq/NAME",
                OptimizerKind.AdamW when BetaOfSquares < ShortestMemory =>
                    "beta2 is below 0.5, where AdamW's updates have no size of their own",
                OptimizerKind.AdamW or OptimizerKind.Lion => "needs beta2",
                OptimizerKind.Muon => "needs rows/NAME",
                _ => "the optimizer has no such law",
            };
        }
    }

    private double BetaOfSquares => _group.Phase.Log.Beta2 is { Length: > 0 } beta2 ? beta2[_group.Phase.FirstRow] : double.NaN;

    /// <summary>Updates over which what is measured of one remembers the others.</summary>
    public double Memory => _memory;

    /// <summary>Whether the norm's law is known too: not Muon's, whose singular values are those of its iteration.</summary>
    public bool HasNorm => Equilibrium is not null && _group.Phase.Log.Kind != OptimizerKind.Muon;

    /// <summary>
    /// How much of a deviation of |w|² at the phase's begin is forgotten at its end: 1 - exp(-2 M), or less where AdamW's squares lag
    /// behind: with β₂ = 0.999 and η λ = 2e-3 a third of it is left after two mixing units.
    /// </summary>
    public double Settled
    {
        get
        {
            if (Equilibrium is null || RuleOf(_group.Phase.Log, _group.Group, _group.Phase.FirstRow) is not { } rule)
                return -Elementary.ExpM1(-2 * _group.Units);
            long updates = _group.Phase.End - _group.Phase.Begin;
            double units = _group.Numbers.Rate * _group.Numbers.WeightDecay;
            return 1 - rule.DeviationLeft(Enumerable.Repeat(units, (int)Math.Min(updates, MostUpdates)));
        }
    }

    /// <summary>|w|² over its equilibrium value in the last part.</summary>
    public PhaseEstimate Square => HasNorm
        ? _group.InWindow([.. _group.Of(_group.Group.Norm).Select(norm => norm * norm)], _memory)
            .Times(1 / (Equilibrium!.Norm * Equilibrium.Norm))
        : PhaseEstimate.None;

    /// <summary>The root mean square angle of the last part over that at equilibrium.</summary>
    public PhaseEstimate Rotation => Equilibrium is { } equilibrium
        && _group.InWindow([.. _group.Of(_group.Group.Angle).Select(angle => angle * angle)], _memory) is { IsKnown: true } square
        ? square.ToThe(0.5).Times(1 / equilibrium.Angle) : PhaseEstimate.None;

    /// <summary>
    /// What updates add to |w|² over what decay takes, in the last part: (η² |U|² - 2 ρ η U.w)/(η λ (2 - η λ) |w|²), ρ = 1 - η λ; with the
    /// decay in the gradient η² |U|²/(2 η U.w). It is 1 where norms stand still, whatever the gradients are.
    /// </summary>
    public PhaseEstimate Balance
    {
        get
        {
            var (added, taken) = (new List<double>(), new List<double>());
            for (int row = _group.FirstWindowRow; row < _group.Steps.Count; row++)
            {
                var (rate, decay, _) = _group.NumbersAt(row);
                double square = rate * rate * _group.Of(_group.Group.UpdateSquare)[row],
                    dot = rate * _group.Of(_group.Group.UpdateDot)[row], norm = _group.Of(_group.Group.Norm)[row], units = rate * decay;
                bool isInGradient = _group.Phase.Log.Kind == OptimizerKind.AdamWithL2;
                added.Add(isInGradient ? square : square - 2 * (1 - units) * dot);
                taken.Add(isInGradient ? 2 * dot : units * (2 - units) * norm * norm);
            }
            return PhaseEstimate.Ratio(added, taken, [.. _group.Steps.Skip(_group.FirstWindowRow)], _memory);
        }
    }

    /// <summary>
    /// G, what updates add to |w|² over what they would if gradients were noise, and u, |U|² over that of noise, in the last part. With
    /// them the law is √G times its norm and √(u/G) times its angle; NaN where they are not known.
    /// </summary>
    /// <remarks>
    /// With y = w - η m β₁/(1 - β₁), y' = y - η ĝ for the gradient ĝ over the root of its mean square, and ĝ.w = 0: per update |y|² grows
    /// by η² (E|ĝ|² + 2 Σ β₁^k E ĝ_t.ĝ_(t+k)), so that G has the agreement of gradients over the memory of the mean alone, however long
    /// it lasts.
    /// </remarks>
    public (double Added, double Size) Agreement
    {
        get
        {
            if (!HasNorm || RuleOf(_group.Phase.Log, _group.Group, _group.Phase.FirstRow) is not { } rule) return (double.NaN, double.NaN);
            double elements = First(_group.Group.Elements);
            double[] sizes = [.. _group.Of(_group.Group.UpdateSquare).Skip(_group.FirstWindowRow).Where(double.IsFinite)];
            return (Square.Mean * Balance.Mean,
                sizes.Length == 0 ? double.NaN : sizes.Average() / (elements * rule.SquarePerWeight));
        }
    }

    /// <summary>The rule of a group's numbers at a row; null where they are not known.</summary>
    public static DirectionRule? RuleOf(RunLog log, LogGroup group, int row)
    {
        double momentum = group.Momentum[row], beta2 = log.Beta2.Length > 0 ? log.Beta2[row] : double.NaN,
            elements = First(group.Elements), rows = First(group.MatrixRows);
        if (!(momentum is >= 0 and < 1)) return null;
        return log.Kind switch
        {
            OptimizerKind.AdamW when beta2 is >= ShortestMemory and < 1 => DirectionRule.AdamW(momentum, beta2),
            OptimizerKind.Lion when beta2 is >= 0 and < 1 => DirectionRule.Lion(momentum, beta2),
            OptimizerKind.Signum => DirectionRule.Signum(momentum),
            OptimizerKind.Muon when elements >= rows && elements / rows < int.MaxValue =>
                DirectionRule.Muon(momentum, (int)(elements / rows), (int)rows, log.LooksAhead),
            _ => null,
        };
    }

    private static DirectionEquilibrium? EquilibriumOf(GroupPhase group)
    {
        var (rate, decay, momentum) = group.Numbers;
        double elements = First(group.Group.Elements);
        if (!group.Phase.IsConstant || group.NumbersAt(0) != group.Numbers || !(rate > 0 && decay > 0 && rate * decay < 1)
            || !(elements > 0)) return null;
        if (group.Phase.Log.Kind == OptimizerKind.AdamWithL2)
        {
            // Tensors have a law each, and all of them together have none.
            if (group.Name == LogGroup.Whole) return null;
            return GradientsFelt(group) is > 0 and var felt && momentum is >= 0 and < 1
                ? DirectionEquilibrium.AdamWithL2(rate, decay, elements, felt, momentum) : null;
        }
        return RuleOf(group.Phase.Log, group.Group, group.Phase.FirstRow)?.Equilibrium(rate, decay, elements);
    }

    // The decay of Adam with L2 acts as λ w over the root of the mean of squares, so what counts of |g|²|w|² is the mean of that inverse
    // root: a few gradients of many times the size are felt for as long as β₂ remembers them, and rule a plain mean. Rows that lie further
    // apart than that tell no such mean; of them the plain one is taken.
    private static double GradientsFelt(GroupPhase group)
    {
        var beta2 = group.Phase.Log.Beta2;
        var (mean, weight, sum, plain, count) = (0.0, 0.0, 0.0, 0.0, 0);
        bool isDense = true;
        for (int row = 0; row < group.Steps.Count; row++)
        {
            double square = group.Of(group.Group.GradientSquare)[row] * group.Square(row);
            if (!double.IsFinite(square)) continue;
            long gap = row == 0 ? 1 : group.Steps[row] - group.Steps[row - 1];
            double remembered = beta2.Length > 0 ? beta2[group.Phase.FirstRow + row] : double.NaN, kept = Elementary.Pow(remembered, gap);
            isDense &= gap * (1 - remembered) <= 1;
            (mean, weight) = (kept * mean + (1 - kept) * square, kept * weight + 1 - kept);
            if (row < group.FirstWindowRow) continue;
            (sum, plain, count) = (sum + Math.Sqrt(weight / mean), plain + square, count + 1);
        }
        if (count == 0) return double.NaN;
        return isDense && double.IsFinite(sum) ? count / sum * (count / sum) : plain / count;
    }

    private static double First(double[] values) => Array.Find(values, double.IsFinite) is var value && value > 0 ? value : double.NaN;
}
