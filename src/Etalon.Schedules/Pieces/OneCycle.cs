using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// One cycle over a whole run: from an initial value to the peak, then down to the final value, at once or (three phases) by way of the
/// initial value again. The momentum that belongs to a rate is the same cycle upside down: see <see cref="WithMomentum"/>.
/// </summary>
/// <remarks>
/// The same as PyTorch's OneCycleLR: of a run of <c>n</c> steps the peak is at step <c>Rise·n - 1</c> (not necessarily whole), in three
/// phases the initial value again at <c>2·Rise·n - 2</c>, and the final value at the last step <c>n - 1</c>, and past it. A rise of 1
/// leaves no way down: the last step has the peak, and so has all past it. Smith and Topin 2018, <i>Super-Convergence</i>.
/// </remarks>
/// <example>
/// <code>
/// var rate = OneCycle.OfPeak(1, length: 100);
/// var momentum = rate.WithMomentum(high: 0.95, low: 0.85);
/// Console.WriteLine($"{rate.ValueAt(0):F2}"); // 0.04
/// Console.WriteLine(rate.ValueAt(29)); // 1
/// Console.WriteLine(momentum.ValueAt(29)); // 0.85
/// Console.WriteLine(rate.ValueAt(99)); // 4E-06, and so past the end
/// </code>
/// </example>
public sealed record OneCycle : Schedule
{
    private readonly double _risen;
    private readonly double _fallen;
    private readonly double _last;

    /// <summary>
    /// Goes from <paramref name="initial"/> to <paramref name="peak"/> to <paramref name="final"/> in <paramref name="length"/> steps.
    /// </summary>
    /// <exception cref="ArgumentException">A value is not finite, the length missing or negative, or the rise out of range.</exception>
    public OneCycle(
        double initial, double peak, double final, long? length, double rise = 0.3, RampShape shape = RampShape.Cosine,
        bool threePhase = false)
    {
        Initial = Require.Value(initial);
        Peak = Require.Value(peak);
        Final = Require.Value(final);
        Length = Require.Length(length);
        Rise = threePhase
            ? Require.Between(rise, 0, 0.5, "in three phases the way up and the way down take `rise` each, so give 0.3")
            : Require.Between(rise, 0, 1, "it is the fraction of the steps spent on the way up, so give 0.3");
        Shape = Require.Named(shape);
        ThreePhase = threePhase;
        var steps = (double)Require.Length(length);
        _last = steps - 1;
        _risen = rise * steps - 1;
        _fallen = threePhase ? 2 * rise * steps - 2 : _risen;
    }

    /// <summary>The cycle of a rate with PyTorch's divisors: initial = peak/25, final = initial/10000.</summary>
    /// <exception cref="ArgumentException">A parameter is out of its range, as in the constructor.</exception>
    public static OneCycle OfPeak(
        double peak, long length, double initialDivisor = 25, double finalDivisor = 1e4, double rise = 0.3,
        RampShape shape = RampShape.Cosine, bool threePhase = false)
    {
        Require.Positive(initialDivisor);
        Require.Positive(finalDivisor);
        return new OneCycle(peak / initialDivisor, peak, peak / initialDivisor / finalDivisor, length, rise, shape, threePhase);
    }

    /// <summary>
    /// The momentum of the same cycle: <paramref name="high"/> while the rate is low, <paramref name="low"/> at its peak.
    /// </summary>
    /// <exception cref="ArgumentException">A value is not finite.</exception>
    public OneCycle WithMomentum(double high = 0.95, double low = 0.85) => new(high, low, high, Length, Rise, Shape, ThreePhase);

    /// <summary>The value at the first step.</summary>
    public double Initial { get; }

    /// <summary>The value at the end of the way up.</summary>
    public double Peak { get; }

    /// <summary>The value at the last step, and past it; unless <see cref="Rise"/> is 1, where it is the peak.</summary>
    public double Final { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    /// <summary>The fraction of the steps spent on the way up; from 0 to 1, in three phases to 0.5. Default: 0.3.</summary>
    public double Rise { get; }

    /// <summary>How each phase goes from one value to the next. Default: cosine.</summary>
    public RampShape Shape { get; }

    /// <summary>
    /// Whether the way down leads back to the initial value, as long as the way up, and then on to the final. Default: false.
    /// </summary>
    public bool ThreePhase { get; }

    internal override double Evaluate(double time)
    {
        if (Length == 0) return Final;
        // As PyTorch: a step at which several phases end belongs to the first of them.
        var now = Math.Min(time, _last);
        if (now <= _risen) return Phase(now, 0, _risen, Initial, Peak);
        if (!ThreePhase) return Phase(now, _risen, _last, Peak, Final);
        return now <= _fallen ? Phase(now, _risen, _fallen, Peak, Initial) : Phase(now, _fallen, _last, Initial, Final);
    }

    private double Phase(double time, double begin, double end, double from, double to) =>
        end > begin ? Ramp.Between(from, to, (time - begin) / (end - begin), Shape) : to;

    internal override Schedule ScaledBy(double factor) =>
        new OneCycle(Rounded(Initial * factor), Rounded(Peak * factor), Rounded(Final * factor), Length, Rise, Shape, ThreePhase);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length)
    {
        yield return new((long)Math.Ceiling(Math.Max(0, _risen)), "turn of the cycle");
        if (ThreePhase) yield return new((long)Math.Ceiling(_fallen));
        yield return new(Length.GetValueOrDefault());
    }

    internal override string InWords() => $"one cycle {Initial:G6}, {Peak:G6}, {Final:G6}";

    internal override Formula ToFormula(FormulaTarget target)
    {
        var cases = new List<(Condition, Formula)>();
        void Add(double begin, double end, double from, double to)
        {
            if (end <= begin || end < 0) return;
            // A cosine is exact at the end of its phase, the other shapes at the begin of the next.
            var comparison = end < _last && Shape == RampShape.Cosine ? "<=" : "<";
            var progress = Formula.Since(begin) / Formula.Steps(end - begin);
            cases.Add((new(Formula.T, comparison, Formula.Steps(Math.Min(end, _last))), Ramp.ToFormula(from, to, progress, Shape)));
        }
        Add(0, _risen, Initial, Peak);
        if (ThreePhase) Add(_risen, _fallen, Peak, Initial);
        Add(_fallen, _last, ThreePhase ? Initial : Peak, Final);
        return new Formula.Choice(cases, _risen >= _last && _last >= 0 ? Peak : Final);
    }
}
