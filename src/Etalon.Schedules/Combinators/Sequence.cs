using System.Text.Json.Serialization;
using Etalon.Schedules.Export;

namespace Etalon.Schedules;

/// <summary>Pieces one after another, each counting its own time from 0 where it begins.</summary>
/// <remarks>
/// Piece <c>i</c> begins where the lengths of those before it add up to: <c>value(t) = Pieces[i](t - Begins[i])</c> for
/// <c>Begins[i] ≤ t &lt; Begins[i + 1]</c>. Past the end the last piece goes on in its own way. A sequence within a sequence dissolves
/// into it, so joining is associative.
/// </remarks>
/// <example>
/// <code>
/// var rate = new Sequence(new Linear(0, 1, length: 10), new Constant(1, length: 80), new Linear(1, 0, length: 10));
/// Console.WriteLine(rate.ValueAt(5)); // 0.5
/// Console.WriteLine(rate.ValueAt(10)); // 1, of the second piece: a boundary belongs to the later one
/// Console.WriteLine(string.Join(" ", rate.Begins)); // 0 10 90
/// Console.WriteLine(rate.PieceAt(95)); // 2
/// Console.WriteLine(rate.Length); // 100
/// Console.WriteLine(rate.Jumps.Count); // 0, as each piece begins where the one before it ends
/// </code>
/// </example>
public sealed record Sequence : Schedule
{
    private readonly ValueList<Schedule> _pieces;
    private readonly ValueList<long> _begins;

    /// <summary>Joins <paramref name="pieces"/>; all but the last need a length.</summary>
    /// <exception cref="ArgumentException">There is no piece, or one that is not the last goes on for ever.</exception>
    public Sequence(params IReadOnlyList<Schedule> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (pieces.Count == 0)
            throw Require.Refuse(nameof(pieces), "empty", "a sequence needs a piece", "give at least one");
        for (var i = 0; i < pieces.Count; i++) ArgumentNullException.ThrowIfNull(pieces[i], $"pieces[{i}]");
        _pieces = ValueList<Schedule>.Copy(pieces.SelectMany(piece => piece is Sequence inner ? inner.Pieces : [piece]));
        var begins = new long[_pieces.Count];
        for (var i = 1; i < begins.Length; i++)
        {
            var length = _pieces[i - 1].Length
                ?? throw Require.Refuse($"pieces[{i - 1}]", _pieces[i - 1], "goes on for ever, so that what follows is never reached",
                "give it a length");
            begins[i] = Require.Length(begins[i - 1] + length, "the sum of the lengths");
        }
        _begins = new ValueList<long>(begins);
        Length = Require.OptionalLength(begins[^1] + _pieces[^1].Length, "the sum of the lengths");
    }

    /// <summary>The pieces in their order, none of them a sequence.</summary>
    public IReadOnlyList<Schedule> Pieces => _pieces;

    /// <summary>The step at which each piece begins; the first is 0.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Begins => _begins;

    /// <summary>The sum of the lengths; null where the last piece goes on for ever.</summary>
    [JsonIgnore]
    public override long? Length { get; }

    /// <summary>
    /// Where the value is not continuous from one piece to the next: by more than a millionth of the larger of the two. A jump may be
    /// meant; a warm-up to 0.4 before a cosine from 0.1 seldom is.
    /// </summary>
    [JsonIgnore]
    public IReadOnlyList<Jump> Jumps =>
    [
        .. Enumerable.Range(1, _pieces.Count - 1)
            .Where(i => _pieces[i - 1].Length > 0)
            .Select(i => new Jump(_begins[i], _pieces[i - 1].ValueAt(_pieces[i - 1].Length!.Value), ValueAt(_begins[i])))
            .Where(jump => Math.Abs(jump.To - jump.From) > 1e-6 * Math.Max(Math.Abs(jump.From), Math.Abs(jump.To))),
    ];

    /// <summary>The number of the piece that owns <paramref name="step"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="step"/> is negative.</exception>
    public int PieceAt(long step) => step >= 0 ? Owner(step) : throw Require.NegativeStep(step);

    internal override double Evaluate(double time)
    {
        var owner = Owner(time);
        return _pieces.Items[owner].Evaluate(time - _begins.Items[owner]);
    }

    internal override double EvaluateLog(double time)
    {
        var owner = Owner(time);
        return _pieces.Items[owner].EvaluateLog(time - _begins.Items[owner]);
    }

    /// <summary>The last piece that has begun: of several that begin at the same step all but the last have no steps.</summary>
    private int Owner(double time)
    {
        var begins = _begins.Items;
        var (low, high) = (0, begins.Length);
        while (high - low > 1)
        {
            var middle = (low + high) >> 1;
            if (time >= begins[middle]) low = middle;
            else high = middle;
        }
        return low;
    }

    internal override Schedule ScaledBy(double factor) => new Sequence([.. Pieces.Select(piece => piece.ScaledBy(factor))]);

    internal override IEnumerable<Breakpoint> BreakpointsWithin(long length) => Pieces.SelectMany((piece, i) =>
    {
        var (begin, end) = (Begins[i], i + 1 < Begins.Count ? Begins[i + 1] : length);
        return end <= begin
            ? [] : piece.Breakpoints(end - begin).Prepend(new(0, $"{piece.InWords()} begins"))
            .Select(point => point with { Step = begin + point.Step });
    });

    internal override string InWords() => string.Join(", then ", Pieces.Select(piece => piece.InWords()));

    internal override bool FitsALine => false;

    internal override bool MayLeaveNumbers => Pieces.Any(piece => piece.MayLeaveNumbers);

    internal override Formula ToFormula(FormulaTarget target)
    {
        var cases = new List<(Condition When, Formula Value)>();
        for (var i = 0; i < Pieces.Count; i++)
        {
            var (begin, end) = (Begins[i], i + 1 < Pieces.Count ? Begins[i + 1] : double.PositiveInfinity);
            if (begin == end) continue;
            var piece = target.Part($"{i + 1}", Pieces[i], Formula.Since(begin), Math.Min(end, target.Horizon) - begin);
            cases.Add((Formula.Before(end), piece));
        }
        return new Formula.Choice(cases[..^1], cases[^1].Value);
    }

    internal override Formula ToLogFormula(FormulaTarget target) => ToFormula(target);
}

/// <summary>A step at which a sequence is not continuous.</summary>
/// <param name="Step">The step at which the later piece begins.</param>
/// <param name="From">The value that the earlier piece was going to, or holds, at its end.</param>
/// <param name="To">The value of the later piece there.</param>
/// <example>
/// <code>
/// var rate = new Warmup(0.4, length: 5).Then(new Cosine(0.1, 0, length: 95));
/// Console.WriteLine(rate.Jumps[0]); // Jump { Step = 5, From = 0.4, To = 0.1 }
/// </code>
/// </example>
public readonly record struct Jump(long Step, double From, double To)
{
    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(Jump), PrintMembers);
}
