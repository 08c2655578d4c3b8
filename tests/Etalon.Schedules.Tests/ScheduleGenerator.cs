using FsCheck;
using FsCheck.Fluent;

namespace Etalon.Schedules.Tests;

/// <summary>Schedules of every kind at random, nested up to three deep, ordinary and extreme numbers alike.</summary>
internal static class ScheduleGenerator
{
    /// <summary>Every run draws the same cases.</summary>
    public static readonly Config Fixed = Config.QuickThrowOnFailure.WithMaxTest(1000).WithReplay(20190701, 42424243);

    public static readonly Gen<long> Step = Gen.OneOf(
        Gen.Choose(0, 30).Select(step => (long)step),
        Gen.Choose(0, 1_000_000_000).Select(step => (long)step));

    private static readonly Gen<long> _length = Gen.Frequency((1, Gen.Constant(0L)), (9, Gen.Choose(1, 40).Select(length => (long)length)));

    private static readonly Gen<double> _value = Gen.Frequency(
        (8, Gen.Choose(0, 1000).Select(number => number / 1000.0)),
        (1, Gen.Elements(0, 1e-300, 1e300, 5e-324, 1e-7)),
        (1, Gen.Elements(-1.0, -1e300, -1e-5)));

    private static readonly Gen<double> _positive = Gen.Frequency(
        (8, Gen.Choose(1, 2000).Select(number => number / 1000.0)),
        (1, Gen.Elements(1e-300, 1e300, 1e-7, 1000)));

    private static readonly Gen<double> _fraction = Gen.Choose(0, 100).Select(number => number / 100.0);

    private static readonly Gen<bool> _coin = Gen.Elements(true, false);

    private static readonly Gen<RampShape> _shape = Gen.Elements(Enum.GetValues<RampShape>());

    private static readonly Gen<WarmupConvention> _convention = Gen.Elements(Enum.GetValues<WarmupConvention>());

    /// <summary>A schedule that ends.</summary>
    public static readonly Gen<Schedule> Finite = Tree(_length.Select(length => (long?)length), 3);

    /// <summary>A schedule that may go on for ever.</summary>
    public static readonly Gen<Schedule> Any = Gen.OneOf(Finite, Tree(Gen.Constant<long?>(null), 3));

    private static Gen<Schedule> Tree(Gen<long?> length, int depth) =>
        depth == 0 ? Leaf(length) : Gen.OneOf(Leaf(length), Branch(length, depth - 1));

    private static Gen<Schedule> Leaf(Gen<long?> length) => Gen.OneOf(
        from value in _value from n in length select (Schedule)new Constant(value, n),
        from a in _value from b in _value from n in _length from inclusive in _coin select (Schedule)new Linear(a, b, n, inclusive),
        from a in _value from b in _value from n in _length from inclusive in _coin select (Schedule)new Cosine(a, b, n, inclusive),
        from a in _value
        from b in _value
        from n in _length
        from power in _positive
        from inclusive in _coin
        select (Schedule)new Polynomial(a, b, n, power, inclusive),
        from a in _positive
        from factor in _positive
        from every in Gen.Choose(1, 50)
        from n in length
        select (Schedule)new Exponential(a, factor, every / 7.0, n),
        from a in _value
        from at in Gen.ListOf(Gen.Choose(0, 100))
        from factor in _positive
        from n in length
        select (Schedule)new Steps(a, [.. at.Distinct().Order().Select(step => (long)step)], factor, n),
        from a in _value from shift in _positive from n in length select (Schedule)new InverseSqrt(a, shift, n),
        from a in _value
        from b in _value
        from period in Gen.Choose(1, 20)
        from growth in Gen.Elements(1, 1.001, 1.5, 2, 3, 1e6)
        from decay in _fraction
        from n in length
        select (Schedule)new Restarts(a, b, period, growth, decay, n),
        from a in _value
        from b in _value
        from period in Gen.Choose(1, 20)
        from decay in _fraction
        from n in length
        select (Schedule)new Triangular(a, b, period, decay, n),
        from a in _value
        from b in _value
        from c in _value
        from n in _length
        from rise in _fraction
        from shape in _shape
        from three in _coin
        select (Schedule)new OneCycle(a, b, c, n, three ? rise / 2 : rise, shape, three),
        from a in _value
        from w in _length
        from s in _length
        from d in _length
        from b in _value
        from shape in _shape
        from convention in _convention
        select (Schedule)new WarmupStableDecay(a, w, s, d, b, shape, convention),
        from values in Gen.NonEmptyListOf(_value) from logarithmic in _coin select (Schedule)new Table([.. values], logarithmic),
        from a in _value from n in _length from convention in _convention select (Schedule)new Warmup(a, n, convention));

    private static Gen<Schedule> Branch(Gen<long?> length, int depth)
    {
        var ends = _length.Select(n => (long?)n);
        return Gen.OneOf(
            from first in Tree(ends, depth)
            from second in Tree(ends, depth)
            from last in Tree(length, depth)
            select (Schedule)new Sequence(first, second, last),
            from of in Tree(length, depth)
            from factor in _value
            from log in Gen.Elements(0, 0, 1.5, 2000, -2000)
            select (Schedule)new Scaled(of, Math.Abs(factor), log),
            from of in Tree(ends, depth)
            from n in length
            select (Schedule)(of.Length > 0 ? new Repeated(of, n is null ? null : n + 1) : new Stretched(of, 2)),
            from of in Tree(length, depth)
            from factor in Gen.Elements(1e-6, 0.3, 0.5, 2, 3, 1e6)
            select (Schedule)new Stretched(of, factor));
    }
}
