namespace Etalon.Lab.Diagnosis;

/// <summary>Guesses in words of the schedules' own numbers: another kind of curve, a milestone moved, a drop of another size, another
/// warm-up, another end.</summary>
internal static class ShapeGuesses
{
    // Of a factor, a rate and a length.
    private const double SameFactor = 0.01, SameLength = 0.005;

    // A shape has up to ten numbers of its own, so it goes through the rows of a log that has fewer whatever they are.
    private const int MostSteps = 2000, FewestRows = 12;

    /// <summary>At most one: what turns the shape that was meant into the log's. None where either has no shape, or both have the
    /// same.</summary>
    public static IEnumerable<Guess> Of(Reference reference, double[] steps, double[] rates)
    {
        if (steps.Length < FewestRows) yield break;
        long every = Math.Max(1, reference.TotalSteps / MostSteps);
        double[] at = reference.Rows is { } rows ? [.. rows.Select(step => (double)step)]
            : [.. Enumerable.Range(0, (int)((reference.TotalSteps + every - 1) / every)).Select(i => (double)(i * every))];
        if (RateShape.Of(at, [.. at.Select(reference.RateAt)]) is not { } meant || RateShape.Of(steps, rates) is not { } has) yield break;
        string whose = reference.IsRecipe ? "the recipe's" : "the other log's";
        var words = new List<string>();
        if (Math.Abs(has.Peak / meant.Peak - 1) > SameFactor) words.Add($"the peak is {Text.Apart(has.Peak, meant.Peak).One} instead of "
            + $"{Text.Apart(has.Peak, meant.Peak).Other}");
        if (Warmup(meant, has, steps) is { } warmup) words.Add(warmup);
        if (meant.Kind != has.Kind)
        {
            string more = words.Count == 0 ? "" : $"; and {Text.List(words)}";
            yield return new(
                $"the rate follows {has.Words}, while {whose} {Verb(meant)} {meant.Words}{more}", "the log's rate is that curve",
                "Look at which scheduler is made, and whether it is stepped at all.", has.Value, IsScalable: false)
            { IsOfShapes = true, Numbers = words.Count + 1 };
            yield break;
        }
        words.AddRange(has.Kind switch
        {
            RateKind.Steps => Drops(meant, has, reference),
            RateKind.Restarts => Restarts(meant, has),
            _ => Ends(meant, has, steps),
        });
        if (words.Count == 0) yield break;
        yield return new(
            Text.List(words), $"the log has {has.Words}, and {(reference.IsRecipe ? "the recipe" : "the other log")} {meant.Words}",
            has.Kind == RateKind.Steps
                ? "Look at the scheduler's milestones, their unit (epochs or updates), its factor, and the warm-up before it."
                : "Look at the scheduler's length, its unit (epochs or updates), its last rate, and the warm-up before it.",
            has.Value, IsScalable: false)
        { IsOfShapes = true, Numbers = words.Count };
    }

    private static string Verb(RateShape shape) => shape.Kind == RateKind.Steps ? "goes in" : "follows";

    // A warm-up is as long as it is between the rows that the log has.
    private static string? Warmup(RateShape meant, RateShape has, double[] steps)
    {
        double interval = steps.Length > 1 ? steps[1] - steps[0] : 1;
        if (Math.Abs(meant.Warmup - has.Warmup) <= Math.Max(1, has.Warmup == 0 ? interval : SameLength * meant.Warmup)) return null;
        return has.Warmup == 0 ? "the warm-up is missing"
            : meant.Warmup == 0 ? $"there is a warm-up of {has.Warmup:#,0} updates that was not meant"
            : $"the warm-up takes {has.Warmup:#,0} {(has.Warmup == 1 ? "update" : "updates")} instead of {meant.Warmup:#,0}";
    }

    private static IEnumerable<string> Restarts(RateShape meant, RateShape has)
    {
        static string At(RateShape shape) => Text.List([.. shape.Restarts.Take(4).Select(at => $"{at:#,0}")]);
        var pairs = meant.Restarts.Zip(has.Restarts).ToList();
        if (pairs.Any(pair => Math.Abs(pair.First - pair.Second) > Math.Max(1, SameLength * pair.First)))
            yield return $"it starts again at {(has.Restarts.Count == 1 ? "update" : "updates")} {At(has)} instead of {At(meant)}";
        if (Math.Abs(has.To - meant.To) > SameFactor * Math.Max(has.To, meant.To) && Math.Abs(has.To - meant.To) > 1e-4 * meant.Peak)
            yield return $"it goes to {Text.Apart(has.To, meant.To).One} instead of {Text.Apart(has.To, meant.To).Other}";
    }

    private static IEnumerable<string> Ends(RateShape meant, RateShape has, double[] steps)
    {
        if (has.Kind is RateKind.Cosine or RateKind.Line && Math.Abs(has.End - meant.End) > Math.Max(2, SameLength * meant.End))
            yield return $"it ends at update {has.End:#,0} instead of {meant.End:#,0}";
        bool isOver = has.Kind is RateKind.Cosine or RateKind.Line;
        if (isOver && Math.Abs(has.To - meant.To) > SameFactor * Math.Max(has.To, meant.To)
            && Math.Abs(has.To - meant.To) > 1e-4 * meant.Peak)
            yield return $"it goes to {Text.Apart(has.To, meant.To).One} instead of {Text.Apart(has.To, meant.To).Other}";
        if (!isOver && has.Kind == RateKind.Exponential && Math.Abs(has.Value(steps[^1]) / meant.Value(steps[^1]) - 1) > SameFactor)
            yield return $"it has come to {Text.Number(has.To)} at update {steps[^1]:#,0} instead of {Text.Number(meant.Value(steps[^1]))}";
    }

    // Drops of both in their order, each with the nearest that is left; what is left over is missing, or too many.
    private static IEnumerable<string> Drops(RateShape meant, RateShape has, Reference reference)
    {
        var (wanted, found) = (meant.Drops.Select(drop => Exact(drop, reference)).ToList(), has.Drops.ToList());
        var pairs = new List<((double Before, double At, double Factor) Meant, (double Before, double At, double Factor) Has)>();
        while (wanted.Count > 0 && found.Count > 0)
        {
            var (a, b) = wanted.SelectMany(one => found.Select(other => (one, other)))
                .MinBy(pair => pair.one.At > pair.other.Before && pair.one.At <= pair.other.At ? 0 : Math.Abs(pair.one.At - pair.other.At));
            pairs.Add((a, b));
            wanted.Remove(a);
            found.Remove(b);
        }
        // Drops do not pass each other, however far all of them moved.
        foreach (var (a, b) in pairs.Select(pair => pair.Meant).OrderBy(drop => drop.At)
            .Zip(pairs.Select(pair => pair.Has).OrderBy(drop => drop.At)))
        {
            bool isMoved = a.At <= b.Before || a.At > b.At, isOther = Math.Abs(a.Factor / b.Factor - 1) > SameFactor;
            string place = b.At - b.Before > 1 ? $"between updates {b.Before:#,0} and {b.At:#,0}" : $"at update {b.At:#,0}";
            if (isMoved)
                yield return $"the drop of ×{Text.Number(a.Factor)} comes {place} instead of {a.At:#,0}"
                    + (isOther ? $" and is ×{Text.Number(b.Factor)}" : "");
            else if (isOther)
                yield return $"the rate drops by ×{Text.Apart(b.Factor, a.Factor).One} instead of "
                    + $"×{Text.Apart(b.Factor, a.Factor).Other} at update {a.At:#,0}";
        }
        foreach (var drop in wanted) yield return $"the drop of ×{Text.Number(drop.Factor)} at update {drop.At:#,0} is missing";
        foreach (var drop in found) yield return $"there is a drop of ×{Text.Number(drop.Factor)} at update {drop.At:#,0} that was not "
            + $"meant";
    }

    // The very update, where not each one was looked at.
    private static (double Before, double At, double Factor) Exact((double Before, double At, double Factor) drop, Reference reference)
    {
        double before = drop.Before, at = drop.At, limit = reference.RateAt(before) * Math.Sqrt(drop.Factor);
        while (at - before > 1)
        {
            double middle = Math.Floor((before + at) / 2);
            if (reference.RateAt(middle) < limit) at = middle;
            else before = middle;
        }
        return (before, at, drop.Factor);
    }
}
