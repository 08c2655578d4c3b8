using System.Text.Json.Serialization;
using Etalon.Numerics;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Another schedule times a factor: <c>value(t) = Factor · e^LogFactor · Of(t)</c>.</summary>
/// <remarks>
/// The log factor says what a number cannot: with it a growing rate may start, or be brought back, outside the range of float64.
/// A value beyond that range saturates at its largest number; <see cref="Schedule.LogValueAt"/> stays exact.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Scaled(new Cosine(0.1, 0, length: 100), factor: 4);
/// Console.WriteLine(rate.ValueAt(0)); // 0.4
/// Console.WriteLine(rate.ValueAt(50)); // 0.2
/// </code>
/// </example>
public sealed record Scaled : Schedule
{
    private readonly double _logOfFactors;

    /// <summary>
    /// Multiplies <paramref name="of"/> by <paramref name="factor"/> and, if given, e to the power <paramref name="logFactor"/>.
    /// </summary>
    /// <exception cref="ArgumentException">A factor is not finite, or negative.</exception>
    public Scaled(Schedule of, double factor, double logFactor = 0)
    {
        ArgumentNullException.ThrowIfNull(of);
        Of = of;
        Factor = Require.NotNegative(factor);
        LogFactor = Require.Value(logFactor);
        _logOfFactors = Elementary.Log(factor) + logFactor;
    }

    /// <summary>The schedule that is scaled.</summary>
    public Schedule Of { get; }

    /// <summary>What each value is multiplied by; at least 0.</summary>
    public double Factor { get; }

    /// <summary>The natural logarithm of a further factor. Default: 0, no further factor.</summary>
    public double LogFactor { get; }

    /// <summary>The length of <see cref="Of"/>.</summary>
    [JsonIgnore]
    public override long? Length => Of.Length;

    internal override double Evaluate(double time)
    {
        var value = Of.Evaluate(time);
        // By way of the logarithm where Of or a factor may have left float64 although the others bring the product back.
        var inRange = LogFactor == 0 && double.IsNormal(value) && Math.Abs(value) < double.MaxValue;
        var product = inRange ? Factor * value : Math.CopySign(Elementary.Exp(EvaluateLog(time)), value);
        return Math.Clamp(product, double.MinValue, double.MaxValue);
    }

    internal override double EvaluateLog(double time) => Factor == 0 ? double.NegativeInfinity : _logOfFactors + Of.EvaluateLog(time);

    internal override Schedule ScaledBy(double factor) => new Scaled(Of.ScaledBy(factor), Factor, LogFactor);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Breakpoint.Inside(Of, length);

    internal override string InWords() =>
        LogFactor == 0 ? $"{Factor:G6} times a schedule" : $"{Factor:G6} e^{LogFactor:G6} times a schedule";

    internal override bool FitsALine => false;

    internal override bool MayLeaveNumbers => LogFactor != 0 || Of.MayLeaveNumbers;

    /// <summary>By way of the logarithm where the other schedule may leave the number type although the product does not.</summary>
    internal override Formula ToFormula(FormulaTarget target)
    {
        if (Factor == 0) return 0.0;
        var ofLogarithm = new Formula.Part("of", Of, Formula.T, target.Horizon, IsLogarithm: true);
        if (LogFactor != 0) return Formula.Limited(Formula.Exp(_logOfFactors + ofLogarithm));
        var direct = Factor * new Formula.Part("of", Of, Formula.T, target.Horizon, IsLogarithm: false);
        if (!Of.MayLeaveNumbers) return Factor <= 1 ? direct : Formula.Limited(direct);
        var log = new Formula.Symbol("log");
        var product = new Formula.Either(target.IsOrdinary(log), direct, Formula.Exp(_logOfFactors + log));
        return new Formula.Let(log, ofLogarithm, Formula.Limited(product));
    }

    internal override Formula ToLogFormula(FormulaTarget target) =>
        Factor == 0 ? double.NegativeInfinity : _logOfFactors + new Formula.Part("of", Of, Formula.T, target.Horizon, IsLogarithm: true);
}
