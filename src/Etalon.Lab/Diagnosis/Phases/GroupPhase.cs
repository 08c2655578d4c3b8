using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>
/// A group of weights in a phase: what was measured of it, and what the theory makes of that. What cannot be said is NaN, or null.
/// </summary>
internal sealed class GroupPhase
{
    // Below this many rows a mean says little; section 8.5 of the theory asks for windows much shorter than 1/L.
    private const int FewestRows = 20;

    // Of a deviation of |w|² so much is left where the norm has settled.
    private const double Settled = 0.02;

    // From the last row of a ramp to a phase of its own: by less, the rate went on falling; by more, it dropped.
    private const double SteepestDrop = 0.75;

    private readonly RowLaw?[] _laws;
    private PhaseEstimate? _gap;

    public GroupPhase(LogPhase phase, LogGroup group)
    {
        (Phase, Group) = (phase, group);
        Steps = new ArraySegment<long>(phase.Log.Steps, phase.FirstRow, phase.EndRow - phase.FirstRow);
        _laws = Laws();
        FourthPower = [.. Of(group.Norm).Select(norm => Elementary.Pow(norm, 4))];
        Units = TotalUnits();
        FirstWindowRow = WindowBegin();
        RadialShare = RadialCosine.RootMeanSquare(Of(group.Dot), Of(group.GradientSquare), Of(group.Norm));
        Source = GradientSource.Best(this);
        Balance = NormBalance.Of(this);
    }

    /// <summary>The phase.</summary>
    public LogPhase Phase { get; }

    /// <summary>The group's columns over the whole log.</summary>
    public LogGroup Group { get; }

    /// <summary>The group's name.</summary>
    public string Name => Group.Name;

    /// <summary>The update of each row of the phase.</summary>
    public IReadOnlyList<long> Steps { get; }

    /// <summary>|w|^4 of each row; NaN where the norm is missing.</summary>
    public IReadOnlyList<double> FourthPower { get; }

    /// <summary>M: the mixing units of the phase; NaN where a number is missing.</summary>
    public double Units { get; }

    /// <summary>
    /// The first row, within the phase, of its last part: a quarter of it, or as long as the norm remembers, if that is shorter: 1/(4 L),
    /// and 1/(2 L) of updates that have a size of their own. Of these what comes after the norm has settled is in it too, up to the
    /// quarter.
    /// </summary>
    public int FirstWindowRow { get; }

    /// <summary>Where S is taken from.</summary>
    public GradientSource Source { get; }

    /// <summary>What the norm's way through the phase says of the decay that acted on it.</summary>
    public NormBalance Balance { get; }

    /// <summary>The theory of the last row's numbers; null where one is missing, or the rate is 0.</summary>
    public RowLaw? Law => _laws[^1];

    /// <summary>The group's own numbers at the last row.</summary>
    public (double Rate, double WeightDecay, double Momentum) Numbers => NumbersAt(Steps.Count - 1);

    /// <summary>Whether its own numbers stay the same through the phase, so that there is an equilibrium to go to.</summary>
    public bool HasEquilibrium => Phase.IsConstant && Law is { } law && double.IsFinite(law.FourthPower) && NumbersAt(0) == Numbers;

    /// <summary>|w|^4 in the last part.</summary>
    public PhaseEstimate MeasuredFourthPower => InWindow(FourthPower, 1);

    /// <summary>S in the last part.</summary>
    public PhaseEstimate GradientSquare => InWindow(Source.Values, Source.Correlation);

    /// <summary>
    /// r: |w|^4 over the equilibrium value of the measured S, whose error is its own. Unknown where there is no equilibrium.
    /// </summary>
    public PhaseEstimate Gap =>
        _gap ??= !HasEquilibrium || GradientSquare is not { IsKnown: true, Mean: > 0 } square || double.IsNaN(MeasuredFourthPower.Mean)
        ? PhaseEstimate.None
        : square.ToThe(-1).Times(MeasuredFourthPower.Mean / Law!.FourthPower);

    /// <summary>
    /// rho: the root mean square angle of the last part over that at equilibrium, sqrt(2 eta lambda/(1 + mu)) for heavy ball.
    /// </summary>
    public PhaseEstimate Rotation
    {
        get
        {
            var square = InWindow([.. Of(Group.Angle).Select(angle => angle * angle)], RuleSums.Memory(Numbers.Momentum));
            if (!HasEquilibrium || !square.IsKnown) return PhaseEstimate.None;
            return square.ToThe(0.5).Times(1 / Law!.Angle);
        }
    }

    /// <summary>The root mean square of cos(g, w); NaN where it was not logged.</summary>
    public double RadialShare { get; }

    /// <summary>Whether the laws speak about the group: whether g.w is 0 but for what epsilon leaves.</summary>
    public Validity Validity
    {
        get
        {
            if (double.IsNaN(RadialShare)) return Validity.Unchecked;
            if (RadialShare <= RadialCosine.Largest) return Validity.Holds;
            return Name != LogGroup.Whole && Phase.IsInvariantTogether ? Validity.OnlyTogether : Validity.NotScaleInvariant;
        }
    }

    /// <summary>A column of the group in the phase.</summary>
    public ArraySegment<double> Of(double[] column) => new(column, Phase.FirstRow, Steps.Count);

    /// <summary>The theory of a row of the phase.</summary>
    public RowLaw? LawAt(int row) => _laws[row];

    /// <summary>The group's numbers at a row of the phase.</summary>
    public (double Rate, double WeightDecay, double Momentum) NumbersAt(int row) =>
        (Group.Rate[Phase.FirstRow + row], Group.WeightDecay[Phase.FirstRow + row], Group.Momentum[Phase.FirstRow + row]);

    /// <summary>|w|² of a row of the phase.</summary>
    public double Square(int row) => Math.Sqrt(FourthPower[row]);

    /// <summary>Updates from a row of the phase to the next one, or to the phase's end.</summary>
    public long StepsFrom(int row) => (row + 1 < Steps.Count ? Steps[row + 1] : Phase.End) - Steps[row];

    /// <summary>
    /// What the gradients added to |w|² from one row to a later one, where the log has their sums over all updates between, or the rows
    /// follow each other, so that the first one is the sum; null where it has not.
    /// </summary>
    public double? GrownBetween(int row, int next)
    {
        if (next != row + 1) return null;
        var (rate, _, momentum) = NumbersAt(row);
        double share = momentum == 0 ? 0 : 2 * RuleSums.BufferShare(momentum, Phase.Log.Rule),
            total = RuleSums.TotalOverRate(momentum, Phase.Log.Rule);
        double? Grown(double square, double dot) =>
            total * total * (square + (share == 0 ? 0 : share * dot)) is var grown && double.IsFinite(grown) ? grown : null;
        double? sum = Phase.Log.IsWholeInterval(Phase.FirstRow + next)
            ? Grown(Of(Group.GradientSquareSum)[next], Of(Group.BufferDotSum)[next]) : null;
        return sum ?? (Steps[next] - Steps[row] == 1
            ? Grown(rate * rate * Of(Group.GradientSquare)[row], rate * rate * Of(Group.BufferDot)[row]) : null);
    }

    /// <summary>
    /// The mixing units from one row to the next, where the log has the sum of rate times decay over all updates between; null where it has
    /// not.
    /// </summary>
    public double? UnitsBetween(int row, int next)
    {
        if (next != row + 1 || !Phase.Log.IsWholeInterval(Phase.FirstRow + next)) return null;
        double units = Of(Group.DecaySum)[next] * RuleSums.TotalOverRate(NumbersAt(row).Momentum, Phase.Log.Rule);
        return double.IsFinite(units) && Phase.Log.Rule.Decay == DecayForm.Coupled ? units : null;
    }

    /// <summary>
    /// The rate up to a later row: that row's own, or the earlier one's where the log's sum over all updates between shows that it stayed.
    /// </summary>
    public double RateUpTo(int row, int next) => Stays(row, next) ? NumbersAt(row).Rate : NumbersAt(next).Rate;

    /// <summary>The theory up to a later row, in the same way.</summary>
    public RowLaw? LawUpTo(int row, int next) => Stays(row, next) ? LawAt(row) : LawAt(next);

    // A rate that drops at a row was the earlier row's up to there.
    private bool Stays(int row, int next)
    {
        var (rate, decay, momentum) = NumbersAt(row);
        long steps = Steps[next] - Steps[row];
        return next == row + 1 && rate != NumbersAt(next).Rate && momentum == NumbersAt(next).Momentum
            && Phase.Log.IsWholeInterval(Phase.FirstRow + next) && IsNear(Of(Group.RateSum)[next], rate * steps)
            && IsNear(Of(Group.DecaySum)[next], rate * decay * steps);

        static bool IsNear(double sum, double expected) => Math.Abs(sum - expected) <= 1e-6 * expected;
    }

    /// <summary>The mean of values of the phase over its last part.</summary>
    public PhaseEstimate InWindow(IReadOnlyList<double> values, double correlation) =>
        PhaseEstimate.Of([.. values.Skip(FirstWindowRow)], [.. Steps.Skip(FirstWindowRow)], correlation);

    private RowLaw?[] Laws()
    {
        var laws = new RowLaw?[Steps.Count];
        for (int i = 0; i < laws.Length; i++)
        {
            var (rate, decay, momentum) = NumbersAt(i);
            laws[i] = i > 0 && NumbersAt(i - 1) == (rate, decay, momentum) ? laws[i - 1] : RowLaw.Of(rate, decay, momentum, Phase.Log.Rule);
        }
        return laws;
    }

    private double TotalUnits()
    {
        double units = 0;
        for (int i = 0; i < Steps.Count; i++)
        {
            if (_laws[i] is null && NumbersAt(i).Rate != 0) return double.NaN;
            units += SummedUnits(i) ?? InterpolatedUnits(i);
        }
        return units;
    }

    // The mixing units from a row to the one after it, which may be the next phase's, by the log's sum over all updates between.
    private double? SummedUnits(int row)
    {
        int next = Phase.FirstRow + row + 1;
        var rule = Phase.Log.Rule;
        if (!Phase.Log.IsWholeInterval(next) || next >= Group.DecaySum.Length || rule.Decay != DecayForm.Coupled) return null;
        double own = RuleSums.TotalOverRate(NumbersAt(row).Momentum, rule),
            then = row + 1 < Steps.Count ? RuleSums.TotalOverRate(NumbersAt(row + 1).Momentum, rule) : own;
        // A momentum that moves is on the line between the rows; the row itself is in the interval, the next one is not.
        double total = own + (then - own) * (1 - 1.0 / StepsFrom(row)) / 2;
        return Group.DecaySum[next] * total is var sum && double.IsFinite(sum) ? sum : null;
    }

    // A ramp goes on in a line up to the next row, a rate that stays does so up to where it drops.
    private double InterpolatedUnits(int row)
    {
        double steps = StepsFrom(row), own = _laws[row]?.Units ?? 0;
        int next = Phase.FirstRow + row + 1;
        bool isRamp = !Phase.IsConstant && next < Phase.Log.Steps.Length;
        double then = !isRamp ? own
            : row + 1 < Steps.Count ? _laws[row + 1]?.Units ?? 0
            : RowLaw.Of(Group.Rate[next], Group.WeightDecay[next], Group.Momentum[next], Phase.Log.Rule)?.Units ?? 0;
        bool isOnLine = row + 1 < Steps.Count || (row > 0 && _laws[row - 1] is { } before && (own - before.Units) * (then - own) >= 0
            && then > SteepestDrop * own);
        return isOnLine ? own * steps + (then - own) * (steps - 1) / 2 : own * steps;
    }

    private int WindowBegin()
    {
        double length = (Phase.End - Phase.Begin) / 4.0;
        // Rate times decay is no measure of time where Adam has its decay in the gradient.
        if (Law is { Units: > 0 } law && Phase.Log.Kind != OptimizerKind.AdamWithL2)
        {
            var rule = Phase.IsConstant ? DirectionPhase.RuleOf(Phase.Log, Group, Phase.FirstRow) : null;
            double remembered = 1 / ((Phase.Log.Kind == OptimizerKind.Sgd ? 4 : 2) * law.Units),
                settled = rule is null ? 0 : Phase.End - Phase.Begin + Elementary.Log(Settled) / rule.RelaxationRate(law.Units);
            length = Math.Min(length, Math.Max(remembered, settled));
        }
        int begin = Steps.Count;
        while (begin > 0 && (Phase.End - Steps[begin - 1] <= length || Steps.Count - begin < FewestRows)) begin--;
        return begin;
    }
}
