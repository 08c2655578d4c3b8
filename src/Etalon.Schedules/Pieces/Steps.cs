using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Multiplied by a factor at each milestone: <c>value(t) = Start · Factor^(number of milestones m with t ≥ m)</c>.</summary>
/// <remarks>
/// Milestones count from the begin of this piece and are compared by ≥, so none can be stepped over. PyTorch's MultiStepLR.
/// A value beyond float64 saturates at its largest number. Past its end the piece holds the value of its last step.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Steps(start: 0.5, at: [30, 60], factor: 0.5);
/// Console.WriteLine(rate.ValueAt(29)); // 0.5
/// Console.WriteLine(rate.ValueAt(30)); // 0.25
/// Console.WriteLine(rate.ValueAt(60)); // 0.125, and so from here on
/// </code>
/// </example>
public sealed record Steps : Schedule
{
    private readonly ValueList<long> _at;
    private readonly ValueList<double> _levels;
    private readonly double _last;

    /// <summary>
    /// Starts at <paramref name="start"/> and is multiplied by <paramref name="factor"/> at each step of <paramref name="at"/>.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The start is not finite, the factor not positive, the length negative, or the milestones are negative or do not ascend.
    /// </exception>
    public Steps(double start, IReadOnlyList<long> at, double factor, long? length = null)
    {
        ArgumentNullException.ThrowIfNull(at);
        Start = Require.Value(start);
        Factor = Require.Positive(factor);
        Length = Require.OptionalLength(length);
        _at = ValueList<long>.Copy(at);
        for (var i = 0; i < _at.Count; i++)
        {
            if (_at[i] < 0)
                throw Require.Refuse(nameof(at), _at, "milestones count from the begin of the piece and cannot be negative",
                    "leave out those that come before it");
            if (i > 0 && _at[i] <= _at[i - 1])
                throw Require.Refuse(nameof(at), _at, "milestones must ascend, each later than the one before",
                    "sort them and give each once");
        }
        _levels = ValueList<double>.Copy(Enumerable.Range(0, _at.Count + 1).Select(Level));
        _last = length is { } n ? Math.Max(0, n - 1) : double.PositiveInfinity;
    }

    /// <summary>The value before the first milestone.</summary>
    public double Start { get; }

    /// <summary>The milestones, in steps from the begin of this piece; ascending.</summary>
    public IReadOnlyList<long> At => _at;

    /// <summary>What the value is multiplied by at each milestone; more than 0.</summary>
    public double Factor { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    internal override double Evaluate(double time)
    {
        var at = _at.Items;
        var now = Math.Min(time, _last);
        var passed = 0;
        while (passed < at.Length && now >= at[passed]) passed++;
        return _levels.Items[passed];
    }

    private double Level(int passed) =>
        Start == 0 ? 0 : Math.Clamp(Start * Elementary.Pow(Factor, passed), double.MinValue, double.MaxValue);

    internal override Schedule ScaledBy(double factor) => new Steps(Rounded(Start * factor), At, Factor, Length);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) =>
        At.Select((at, i) => new Breakpoint(at, $"milestone {i + 1} of {At.Count}: times {Factor:G6}"));

    internal override string InWords() => $"steps from {Start:G6}, times {Factor:G6} at each milestone";

    internal override string FormulaAt(long step)
    {
        var passed = At.Count(at => step >= at);
        return $"{Start:G6} · {Factor:G6}^{passed}: {passed} of {At.Count} milestones passed";
    }

    internal override bool FitsALine => At.Count <= 8;

    internal override Formula ToFormula(FormulaTarget target)
    {
        var reached = At.Where(milestone => milestone <= _last).ToList();
        return new Formula.Choice(
            [.. reached.Select((milestone, i) => (Formula.Before(milestone), (Formula)_levels[i]))], _levels[reached.Count]);
    }
}
