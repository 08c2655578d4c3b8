using System.Globalization;
using System.Text.Json.Serialization;
using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>
/// A number for each update of a training run: a learning rate, a weight decay or a momentum, as a pure function of the step.
/// </summary>
/// <remarks>
/// <para>
/// <b>The step convention.</b> <c>ValueAt(t)</c> is the number that update <c>t</c> uses, where <c>t</c> is 0-based: a run of
/// <c>T</c> updates asks for <c>t = 0, 1, ..., T - 1</c>. A schedule has no counter and no state, so any order of queries gives the
/// same values.
/// </para>
/// <para>
/// A piece owns the half-open interval [begin, end) and counts its own time from 0 where it begins: a boundary belongs to the later
/// piece, and a piece of no steps is legal. A piece of <c>n</c> steps that goes from <c>a</c> to <c>b</c> has the value <c>a</c> at
/// its first step and would have <c>b</c> at step <c>n</c>, the first one past it; with <c>inclusive</c> it reaches <c>b</c> at step
/// <c>n - 1</c>, its last.
/// </para>
/// <para>
/// Past its end a piece holds its last value: one that moves smoothly holds the value its formula has at step <c>n</c> (a ramp: the
/// value it was going to), one that jumps (steps, restarts, table) the value of its last step <c>n - 1</c>.
/// </para>
/// <para>
/// Steps count exactly up to 2^53. The set of schedules is closed, so that each can be written as JSON and hashed: what none of
/// the pieces says is a <see cref="Table"/>.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// Schedule rate = new Warmup(0.4, length: 500).Then(new Cosine(0.4, 0, length: 9500));
/// for (long step = 0; step &lt; 10_000; step++)
/// {
///     var learningRate = rate.ValueAt(step); // of update number `step`
///     if (step == 5250) Console.WriteLine(learningRate); // 0.2
/// }
/// Console.WriteLine(Schedule.FromJson(rate.ToJson()) == rate); // True
/// </code>
/// </example>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "piece")]
[JsonDerivedType(typeof(Constant), "constant")]
[JsonDerivedType(typeof(Linear), "linear")]
[JsonDerivedType(typeof(Cosine), "cosine")]
[JsonDerivedType(typeof(Polynomial), "polynomial")]
[JsonDerivedType(typeof(Exponential), "exponential")]
[JsonDerivedType(typeof(Steps), "steps")]
[JsonDerivedType(typeof(InverseSqrt), "inverse_sqrt")]
[JsonDerivedType(typeof(Restarts), "restarts")]
[JsonDerivedType(typeof(Triangular), "triangular")]
[JsonDerivedType(typeof(OneCycle), "one_cycle")]
[JsonDerivedType(typeof(WarmupStableDecay), "wsd")]
[JsonDerivedType(typeof(Table), "table")]
[JsonDerivedType(typeof(Warmup), "warmup")]
[JsonDerivedType(typeof(Sequence), "sequence")]
[JsonDerivedType(typeof(Scaled), "scaled")]
[JsonDerivedType(typeof(Repeated), "repeated")]
[JsonDerivedType(typeof(Stretched), "stretched")]
public abstract record Schedule
{
    /// <summary>The number of steps this schedule describes; null where it goes on for ever.</summary>
    public abstract long? Length { get; }

    /// <summary>The value that update <paramref name="step"/> uses.</summary>
    /// <param name="step">The 0-based number of the update; at least 0.</param>
    /// <returns>A finite number. A value beyond float64 saturates at its largest number; <see cref="LogValueAt"/> stays exact.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double ValueAt(long step) => step >= 0 ? Evaluate(step) : throw Require.NegativeStep(step);

    /// <summary>
    /// The natural logarithm of the value that update <paramref name="step"/> uses (of its magnitude, were it negative), exact also where
    /// the value itself is too large or too small for float64.
    /// </summary>
    /// <param name="step">The 0-based number of the update; at least 0.</param>
    /// <returns>ln |value|; negative infinity where the value is 0.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public double LogValueAt(long step) => step >= 0 ? EvaluateLog(step) : throw Require.NegativeStep(step);

    /// <summary>
    /// This schedule times a factor, the factor multiplied into the numbers of its pieces rather than put around them as
    /// <see cref="Scaled"/> does.
    /// </summary>
    /// <param name="factor">The factor; more than 0.</param>
    /// <returns>The schedule. Its numbers are rounded to twelve digits, so that 0.1 times 0.57 is 0.057; logarithms are not
    /// rounded.</returns>
    /// <exception cref="ArgumentException">The factor is not positive, or a number times the factor is too large or too small for its
    /// piece.</exception>
    public Schedule Scale(double factor) => ScaledBy(Require.Positive(factor));

    /// <summary>A number as the schedule that is it at every step: <c>WeightDecay = 5e-4</c>.</summary>
    /// <exception cref="ArgumentException">The number is not finite.</exception>
    public static implicit operator Schedule(double value) => new Constant(value);

    /// <summary>This schedule and, from its end on, <paramref name="next"/>: <c>warmup.Then(cosine)</c>.</summary>
    /// <exception cref="ArgumentException">This schedule goes on for ever.</exception>
    public Sequence Then(Schedule next) => new(this, next);

    /// <summary>The steps, from 0 to before <paramref name="length"/>, at which a part of the schedule begins.</summary>
    /// <param name="length">The updates of the run.</param>
    public IEnumerable<Breakpoint> Breakpoints(long length) =>
        BreakpointsWithin(length).Where(point => point.Step >= 0 && point.Step < length);

    /// <summary>The schedule in a few words: "linear from 0 to 0.1".</summary>
    public string Describe() => InWords();

    /// <summary>Why the value of a step is what it is: the formula with its numbers put in, "0 + (0.1 - 0) · 3/500".</summary>
    /// <param name="step">The 0-based number of the update; at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public string Explain(long step) => step >= 0 ? FormulaAt(step) : throw Require.NegativeStep(step);

    /// <summary>This schedule as JSON: <c>{"piece":"linear","from":0,"to":0.1,"length":500,"inclusive":false}</c>.</summary>
    public string ToJson() => ScheduleJson.Write(this);

    /// <summary>Reads what <see cref="ToJson"/> writes; properties may come in any order.</summary>
    /// <exception cref="System.Text.Json.JsonException">The text is no JSON, or names an unknown piece or property, or lacks
    /// one.</exception>
    /// <exception cref="ArgumentException">A parameter is out of its range.</exception>
    public static Schedule FromJson(string json) => ScheduleJson.Read<Schedule>(json);

    /// <summary>
    /// The value at a time, in steps, that is not negative but may be a fraction: stretching a schedule asks between its steps.
    /// </summary>
    internal abstract double Evaluate(double time);

    /// <summary>The logarithm of <see cref="Evaluate"/>; overridden where the value may leave the range of float64.</summary>
    internal virtual double EvaluateLog(double time) => Elementary.Log(Math.Abs(Evaluate(time)));

    internal abstract Schedule ScaledBy(double factor);

    /// <summary>The breakpoints in order; what lies outside the run is left out by <see cref="Breakpoints"/>.</summary>
    internal abstract IEnumerable<Breakpoint> BreakpointsWithin(long length);

    internal abstract string InWords();

    internal virtual string FormulaAt(long step) => $"step {step} of the piece";

    /// <summary>The value as an expression over the step.</summary>
    internal abstract Formula ToFormula(FormulaTarget target);

    /// <summary>The logarithm as an expression of its own; null where it is that of the value.</summary>
    internal virtual Formula? ToLogFormula(FormulaTarget target) => null;

    /// <summary>Whether the value may leave a target's number type where its logarithm does not.</summary>
    internal virtual bool MayLeaveNumbers => false;

    /// <summary>Whether its JSON is short enough for a comment.</summary>
    internal virtual bool FitsALine => true;

    /// <summary>A number in twelve digits.</summary>
    private protected static double Rounded(double value) =>
        double.Parse(value.ToString("G12", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>The piece and its numbers, <c>Cosine { From = 0.1, To = 0 }</c>, the same in every culture.</summary>
    public sealed override string ToString() => RecordText.Of(GetType().Name, PrintMembers);
}
