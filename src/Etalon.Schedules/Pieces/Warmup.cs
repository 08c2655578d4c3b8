using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>A straight way up from near 0 to a peak, to be put in front of another piece that starts at that peak.</summary>
/// <remarks>
/// <c>value(t) = Peak · (t + 1)/(w + 1)</c> with <c>w</c> = <see cref="Length"/>; see <see cref="WarmupConvention"/> for the others. From
/// step <c>w</c> on the value is the peak.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Sequence(new Warmup(peak: 1, length: 4), new Cosine(from: 1, to: 0, length: 100));
/// Console.WriteLine(rate.ValueAt(0)); // 0.2
/// Console.WriteLine(rate.ValueAt(3)); // 0.8
/// Console.WriteLine(rate.ValueAt(4)); // 1
/// </code>
/// </example>
public sealed record Warmup : Schedule
{
    private readonly double _steps;

    /// <summary>Goes up to <paramref name="peak"/> in <paramref name="length"/> steps.</summary>
    /// <exception cref="ArgumentException">The peak is not finite, or the length missing or negative.</exception>
    public Warmup(double peak, long? length, WarmupConvention convention = WarmupConvention.Between)
    {
        Peak = Require.Value(peak);
        Length = Require.Length(length);
        Convention = Require.Named(convention);
        _steps = Require.Length(length);
    }

    /// <summary>The value that the warm-up goes to and holds past its end.</summary>
    public double Peak { get; }

    /// <inheritdoc/>
    public override long? Length { get; }

    /// <summary>Which fraction of the peak each step has. Default: <see cref="WarmupConvention.Between"/>.</summary>
    public WarmupConvention Convention { get; }

    internal override double Evaluate(double time) =>
        time >= _steps ? Peak : Peak * Math.Min(1, Fraction(time));

    private double Fraction(double time) => Convention switch
    {
        WarmupConvention.Between => (time + 1) / (_steps + 1),
        WarmupConvention.EndAtPeak => (time + 1) / _steps,
        _ => time / _steps,
    };

    internal override Schedule ScaledBy(double factor) => new Warmup(Rounded(Peak * factor), Length, Convention);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.OfEnd(Length);

    internal override string InWords() => $"warmup to {Peak:G6}";

    internal override string FormulaAt(long step) => $"{Peak:G6} · " + (step >= Length ? "1" : Convention switch
    {
        WarmupConvention.Between => $"({step} + 1)/({Length} + 1)",
        WarmupConvention.EndAtPeak => $"({step} + 1)/{Length}",
        _ => $"{step}/{Length}",
    });

    internal override Formula ToFormula(FormulaTarget target) => Formula.Until(_steps, WayUp(), Peak);

    /// <summary>The formula before the peak.</summary>
    internal Formula WayUp() => Peak * (Convention switch
    {
        WarmupConvention.Between => (Formula.T + Formula.Steps(1)) / Formula.Steps(_steps + 1),
        WarmupConvention.EndAtPeak => Formula.Min(1.0, (Formula.T + Formula.Steps(1)) / Formula.Steps(_steps)),
        _ => Formula.T / Formula.Steps(_steps),
    });
}

/// <summary>Which fraction of the peak step <c>t</c> of a warm-up of <c>w</c> steps has. The codes in use disagree by one step.</summary>
/// <example>
/// <code>
/// Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.Between).ValueAt(0)); // 0.2
/// Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.EndAtPeak).ValueAt(0)); // 0.25
/// Console.WriteLine(new Warmup(1, length: 4, WarmupConvention.StartAtZero).ValueAt(0)); // 0
/// </code>
/// </example>
public enum WarmupConvention
{
    /// <summary>
    /// <c>(t + 1)/(w + 1)</c>: neither 0 at the first step nor the peak at the last, so no update is wasted and the peak is not doubled
    /// (nanoGPT). The default.
    /// </summary>
    Between,

    /// <summary><c>(t + 1)/w</c>: the last step of the warm-up has the peak already (llm.c).</summary>
    EndAtPeak,

    /// <summary><c>t/w</c>: the first update has the value 0 and does nothing (Optax, the transformers library).</summary>
    StartAtZero,
}
