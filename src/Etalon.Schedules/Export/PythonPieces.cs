using Etalon.Numerics;
using static Etalon.Schedules.Export.PythonText;

namespace Etalon.Schedules.Export;

/// <summary>
/// The formula of each piece as lines of Python over the step <c>t</c>, in the order of operations of the piece's <c>Evaluate</c>, so that
/// float64 gives the same bits. No line fails at any <c>t</c> of at least 0, also in a branch that does not apply.
/// </summary>
internal sealed class PythonPieces(PythonDialect dialect)
{
    /// <param name="piece">The piece.</param>
    /// <param name="list">The name of the list that holds the values of a table.</param>
    /// <param name="horizon">The step before which the run ends.</param>
    public IEnumerable<string> Body(Schedule piece, string list, double horizon) => piece switch
    {
        Constant constant => [$"return {Number(constant.Value)}"],
        Linear ramp => Until(Ramp.Span(ramp.Length, ramp.Inclusive), span => Between(ramp.From, ramp.To, $"(t / {span})", RampShape.Linear), ramp.To),
        Cosine ramp => Until(Ramp.Span(ramp.Length, ramp.Inclusive), span => Between(ramp.From, ramp.To, $"(t / {span})", RampShape.Cosine), ramp.To),
        Polynomial ramp => Until(Ramp.Span(ramp.Length, ramp.Inclusive), span => Power(ramp, span), ramp.To),
        Exponential exponential => Growth(exponential, horizon),
        Steps steps => Levels(steps),
        InverseSqrt root => [$"return {Number(root.Peak)} * {dialect.Call("sqrt", $"{Number(root.Shift)} / ({Held(root.Length)} + {Number(root.Shift)})")}"],
        Restarts { Growth: 1 } restarts => EqualCycles(restarts),
        Restarts restarts => GrowingCycles(restarts, horizon),
        Triangular triangular => Triangles(triangular),
        OneCycle cycle => Phases(cycle),
        WarmupStableDecay plateau => Plateau(plateau),
        Table { Logarithmic: true } table => [$"return {Limited(dialect.Call("exp", Entry(table, list)))}"],
        Table table => [$"return {Entry(table, list)}"],
        Warmup warmup => Until(warmup.Length.GetValueOrDefault(), _ => WayUp(warmup.Peak, warmup.Length.GetValueOrDefault(), warmup.Convention), warmup.Peak),
        _ => throw new NotSupportedException($"{piece.GetType().Name} has no formula in Python."),
    };

    /// <summary>The natural logarithm, where it is the formula itself; null where it is the logarithm of the value.</summary>
    public string? Logarithm(Schedule piece, string list) => piece switch
    {
        Exponential exponential => Sum(Elementary.Log(exponential.From), LogFactorPerStep(exponential), Held(exponential.Length)),
        Table { Logarithmic: true } table => Entry(table, list),
        _ => null,
    };

    /// <summary>No more than the largest number.</summary>
    public string Limited(string value) => dialect.Call("minimum", "_LARGEST", value);

    private IEnumerable<string> Until(double end, Func<string, string> before, double after) =>
        dialect.Choose(end > 0 ? [($"t < {Time(end)}", before(Time(end)))] : [], Number(after));

    private string Between(double from, double to, string progress, RampShape shape) => shape switch
    {
        RampShape.Linear => Sum(from, to - from, progress),
        RampShape.Cosine => Sum(to, from - to, CosineRemainder(progress)),
        _ => Sum(from, to - from, dialect.Call("sqrt", progress)),
    };

    private string CosineRemainder(string progress) => $"(0.5 * (1.0 + {dialect.Call("cos", $"math.pi * {progress}")}))";

    // The minimum keeps the base from being negative where the branch does not apply.
    private string Power(Polynomial ramp, string span) =>
        Sum(ramp.To, ramp.From - ramp.To, dialect.Power($"(1.0 - {dialect.Call("minimum", "t", span)} / {span})", Number(ramp.Power)));

    private string WayUp(double peak, double steps, WarmupConvention convention) => $"{Number(peak)} * " + convention switch
    {
        WarmupConvention.Between => $"((t + 1) / {Time(steps + 1)})",
        WarmupConvention.EndAtPeak => dialect.Call("minimum", "1.0", $"(t + 1) / {Time(steps)}"),
        _ => $"(t / {Time(steps)})",
    };

    private static double LogFactorPerStep(Exponential piece) => Elementary.Log(piece.Factor) / piece.Every;

    private string[] Growth(Exponential piece, double horizon)
    {
        var perStep = LogFactorPerStep(piece);
        var exponent = Sum(0, perStep, Held(piece.Length));
        var direct = $"{Number(piece.From)} * ";
        if (perStep <= 0 && -perStep * Math.Min(horizon, piece.Length ?? horizon) <= dialect.ExponentLimit)
            return [$"return {direct}{dialect.Call("exp", exponent)}"];
        var choice = dialect.Where($"abs(exponent) <= {Number(dialect.ExponentLimit)}", direct + dialect.Call("exp", "exponent"), dialect.Call("exp", $"{Number(Elementary.Log(piece.From))} + exponent"));
        return [$"exponent = {exponent}", $"return {Limited(choice)}"];
    }

    private IEnumerable<string> Levels(Steps piece)
    {
        var last = piece.Length is { } length ? Math.Max(0, length - 1) : long.MaxValue;
        long[] milestones = [.. piece.At.Where(milestone => milestone <= last)];
        var levels = milestones.Select(milestone => Number(piece.Evaluate(milestone))).Prepend(Number(piece.Start)).ToList();
        return dialect.Choose([.. milestones.Select((milestone, i) => ($"t < {Time(milestone)}", levels[i]))], levels[^1]);
    }

    private IEnumerable<string> EqualCycles(Restarts piece)
    {
        var (time, period) = (HeldAtLast(piece.Length), Time(piece.Period));
        var height = piece.PeakDecay == 1 ? "" : $"{dialect.Power(Number(piece.PeakDecay), $"({time} // {period})")} * ";
        return [$"return {Sum(piece.To, piece.From - piece.To, height + CosineRemainder($"({time} % {period} / {period})"))}"];
    }

    /// <summary>Each cycle of the run by itself: a formula for the number of the cycle would jump at the wrong step in float32.</summary>
    private IEnumerable<string> GrowingCycles(Restarts piece, double horizon)
    {
        var isHeld = piece.Length - 1 <= horizon;
        var last = isHeld ? Math.Max(0, piece.Length.GetValueOrDefault() - 1) : horizon;
        var cases = new List<(string, string)>();
        for (var (cycle, begin) = (0, 0.0); begin <= last; cycle++)
        {
            var end = piece.Begin(cycle + 1);
            var progress = $"({Since("t", begin)} / {Time(end - begin)})";
            cases.Add(($"t < {Time(end)}", Sum(piece.To, (piece.From - piece.To) * Elementary.Pow(piece.PeakDecay, cycle), CosineRemainder(progress))));
            begin = end;
        }
        if (!isHeld) return dialect.Choose(cases, Number(piece.To));
        // What the last step has holds past it.
        cases[^1] = ($"t < {Time(last)}", cases[^1].Item2);
        return dialect.Choose(cases, Number(piece.Evaluate(last)));
    }

    private IEnumerable<string> Triangles(Triangular piece)
    {
        var (time, period) = (Held(piece.Length), Time(piece.Period));
        var height = piece.Decay == 1 ? "" : $"{dialect.Power(Number(piece.Decay), $"({time} // {period})")} * ";
        return [$"return {Sum(piece.Low, piece.High - piece.Low, $"{height}(1.0 - abs(2.0 * ({time} % {period} / {period}) - 1.0))")}"];
    }

    private IEnumerable<string> Phases(OneCycle piece)
    {
        var steps = (double)piece.Length.GetValueOrDefault();
        var (risen, last) = (piece.Rise * steps - 1, steps - 1);
        var fallen = piece.ThreePhase ? 2 * piece.Rise * steps - 2 : risen;
        var cases = new List<(string, string)>();
        // A cosine is exact at the end of its phase, the other shapes at the begin of the next.
        var before = piece.Shape == RampShape.Cosine ? "<=" : "<";
        void Phase(double begin, double end, double from, double to)
        {
            if (end <= begin || end < 0) return;
            var comparison = end < last ? before : "<";
            cases.Add(($"t {comparison} {Time(Math.Min(end, last))}", Between(from, to, $"({Since("t", begin)} / {Time(end - begin)})", piece.Shape)));
        }
        Phase(0, risen, piece.Initial, piece.Peak);
        if (piece.ThreePhase) Phase(risen, fallen, piece.Peak, piece.Initial);
        Phase(fallen, last, piece.ThreePhase ? piece.Initial : piece.Peak, piece.Final);
        return dialect.Choose(cases, Number(risen >= last && last >= 0 ? piece.Peak : piece.Final));
    }

    private IEnumerable<string> Plateau(WarmupStableDecay piece)
    {
        var stableEnd = piece.WarmupLength + piece.StableLength;
        var cases = new List<(string, string)>();
        if (piece.WarmupLength > 0) cases.Add(($"t < {Time(piece.WarmupLength)}", WayUp(piece.Peak, piece.WarmupLength, piece.Convention)));
        if (piece.StableLength > 0) cases.Add(($"t < {Time(stableEnd)}", Number(piece.Peak)));
        if (piece.DecayLength > 0)
            cases.Add(($"t < {Time(stableEnd + piece.DecayLength)}", Between(piece.Peak, piece.To, $"({Since("t", stableEnd)} / {Time(piece.DecayLength)})", piece.Shape)));
        return dialect.Choose(cases, Number(piece.To));
    }

    private string Entry(Table piece, string list) => dialect.Entry(list, dialect.Call("minimum", "t", Time(piece.Values.Count - 1)));

    private string Since(string time, double begin) => begin == 0 ? time : dialect.Since(time, Time(begin));

    /// <summary>The time, stopped at the end of a piece that moves smoothly.</summary>
    private string Held(long? length) => length is { } end ? dialect.Call("minimum", "t", Time(end)) : "t";

    /// <summary>The time, stopped at the last step of a piece that jumps.</summary>
    private string HeldAtLast(long? length) => length is { } end ? dialect.Call("minimum", "t", Time(Math.Max(0, end - 1))) : "t";
}
