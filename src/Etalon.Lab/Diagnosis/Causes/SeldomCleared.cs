using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// Gradients that are set to zero at every k-th update only, while the optimizer steps at each: the j-th after zero is a sum of j batches,
/// so |g|² grows as j, or up to j² where batches agree, and the buffer, which has the same batches in it, has a product with it.
/// </summary>
/// <remarks>
/// In networks and k = 4 |g|² is as 1 : 2.3 : 3.8 : 5.4, and v.g/|g|² 0.2, 0.5, 0.9 and 1.3, at a momentum of 0.9. Rows of every multiple
/// of k are all alike, and then the sums over the updates between them tell: 3.5 times |g|² of the rows, and 0.85 instead of 0.15.
/// </remarks>
internal sealed class SeldomCleared : Cause
{
    private const int Longest = 32, FewestOfEach = 3, FewestIntervals = 2, Block = 12;

    // Of the ratio of |g|²; of v.g/|g|²; in errors of a mean; of the groups; of how much more than its share a step of the ladder may be.
    private const double Least = 1.5, MoreAlong = 0.25, Doubt = 5, MostGroups = 0.7, Slack = 1.4, Steady = 0.2,
        Better = 0.8;

    public override IEnumerable<Flag> Find(Evidence evidence)
    {
        // Rows of micro-batches are no updates.
        if (evidence.IsAccumulated || evidence.NoUnits is not null) yield break;
        var asked = evidence.Groups.Where(group => group.GradientSquare.Count(square => square > 0) >= 2 * FewestOfEach).ToList();
        if (asked.Count == 0) yield break;
        var (cause, shown, value) = Ladder(evidence.Log, asked) ?? Between(evidence.Log, evidence.Groups) ?? default;
        if (cause is null)
        {
            evidence.Checked.Add("gradients that are set to zero at some updates only");
            yield break;
        }
        evidence.IsAccumulated = true;
        evidence.SetAside(evidence.Groups.Select(group => group.Name));
        yield return new(
            FlagKind.AccumulatedGradients, cause, shown,
            "Call optimizer.zero_grad() once for each optimizer.step(). If gradients are to be summed over batches, call both only after "
            + "the last of them: as it is every update but the last takes a part of the sum, and the first batch of it is taken again each "
            + "time.")
        {
            Value = value,
        };
    }

    // Rows at different places after zero. Of several periods that fit, a longer one counts if it leaves much less unexplained.
    private static (string Cause, string Shown, double Value)? Ladder(RunLog log, List<LogGroup> asked)
    {
        var (best, left) = (((string, string, double)?)null, double.PositiveInfinity);
        for (int period = 2; period <= Longest; period++)
        {
            var found = asked.Select(group => Places(group, log.Steps, period)).ToList();
            double unexplained = found.Average(places => places.Average(place => place.Variance));
            if (!(unexplained < Better * left)) continue;
            // Where zero is, all groups say: the place from which on most are a ladder.
            foreach (int zero in Enumerable.Range(0, period))
            {
                var ladders = found.Where(places => IsLadder(places, zero, period)).ToList();
                if (ladders.Count == 0 || ladders.Count < MostGroups * asked.Count) continue;
                (best, left) = (Told(ladders[ladders.Count / 2], zero, period, ladders.Count, asked.Count), unexplained);
                break;
            }
        }
        return best;
    }

    private static (string Cause, string Shown, double Value) Told(List<Place> ladder, int zero, int period, int groups, int all)
    {
        var steps = ladder.OrderBy(place => After(place.At, zero, period)).Take(6).ToList();
        string sizes = string.Join(" : ", steps.Select(step => Text.Number(Elementary.Exp(step.Log - steps[0].Log), 2))),
            places = Text.List([.. steps.Select(step => $"{After(step.At, zero, period) + 1}")]);
        return ($"Gradients add up over {period} updates: they are set to zero at every {Ordinal(period)} one only",
            $"|g|² is as {sizes} at the updates {places} after zero, in {groups} of {Text.Count(all, "group")}, and the momentum buffer "
                + $"has "
            + "an ever larger part along it; of gradients of single batches all are alike.", period);
    }

    private static int After(int place, int zero, int period) => (place - zero + period) % period;

    private static string Ordinal(int number) => number switch
    {
        2 or 22 or 32 => $"{number}nd",
        3 or 23 => $"{number}rd",
        21 or 31 => $"{number}st",
        _ => $"{number}th",
    };

    // ln |g|² less what the rows around have, by the place in a period; its error; and the median of v.g/|g|².
    private static List<Place> Places(LogGroup group, long[] steps, int period)
    {
        int[] rows = [.. Enumerable.Range(0, steps.Length).Where(row => group.GradientSquare[row] > 0)];
        var logs = rows.Chunk(Block).SelectMany(block =>
        {
            double level = block.Average(row => Elementary.Log(group.GradientSquare[row]));
            return block.Select(row => (Row: row, Log: Elementary.Log(group.GradientSquare[row]) - level));
        });
        return [.. logs.GroupBy(each => (int)(steps[each.Row] % period)).Select(place =>
        {
            double mean = place.Average(each => each.Log), count = place.Count();
            double[] along = [.. place.Where(each => group.Momentum[each.Row] > 0)
                .Select(each => group.BufferDot[each.Row] / group.GradientSquare[each.Row]).Where(double.IsFinite)];
            double variance = place.Sum(each => (each.Log - mean) * (each.Log - mean)) / Math.Max(1, count - 1);
            return new Place(place.Key, mean, variance, count < FewestOfEach ? double.NaN : Math.Sqrt(variance / count),
                along.Length > 0 ? Median(along) : double.NaN);
        })];
    }

    private static bool IsLadder(List<Place> places, int zero, int period)
    {
        if (places.Count < 2 || places.Any(place => double.IsNaN(place.Error))) return false;
        var steps = places.OrderBy(place => After(place.At, zero, period)).ToList();
        var (first, last) = (steps[0], steps[^1]);
        double rise = last.Log - first.Log;
        if (rise < Elementary.Log(Least) || rise < Doubt * Math.Sqrt(first.Error * first.Error + last.Error * last.Error)) return false;
        double slack = Elementary.Log(Slack), share = Share(last);
        if (rise < share - slack || rise > 2 * share + slack) return false;
        // Each is as far up as its place says, by the same power.
        double power = rise / share;
        if (steps.Any(step => Math.Abs(step.Log - first.Log - power * Share(step)) > slack)) return false;
        bool hasBuffer = double.IsFinite(first.Along + last.Along);
        return hasBuffer ? last.Along - first.Along > MoreAlong : steps.Count > 2;

        // The logarithm of how many batches are in its gradient, of those in the first one's.
        double Share(Place step) =>
            Elementary.Log((1.0 + After(step.At, zero, period)) / (1 + After(first.At, zero, period)));
    }

    // Rows that are all at the same place: other than the updates between them.
    private static (string Cause, string Shown, double Value)? Between(RunLog log, IReadOnlyList<LogGroup> groups)
    {
        var asked = groups.Select(group => Contrast(log, group)).OfType<(double Square, double Rows, double Sums)>().ToList();
        var apart = asked.Where(each => each.Square > Least && each.Sums - each.Rows > MoreAlong
            || each.Square < 1 / Least && each.Rows - each.Sums > MoreAlong).ToList();
        if (apart.Count == 0 || apart.Count < MostGroups * asked.Count) return null;
        double square = Median(apart.Select(each => each.Square)), rows = Median(apart.Select(each => each.Rows)),
            sums = Median(apart.Select(each => each.Sums));
        return ("Gradients add up over a few updates: they are set to zero at some updates only",
            $"Between the rows |g|² is {Text.Number(square, 2)} times that of the rows themselves, and its product with the buffer "
            + $"{Text.Number(sums, 2)} of it instead of {Text.Number(rows, 2)}: the rows stand at one place of a cycle in which gradients "
            + "are summed. Rows of every update would show how long it is.", square);
    }

    private static (double Square, double Rows, double Sums)? Contrast(RunLog log, LogGroup group)
    {
        var (squares, own, between) = (new List<double>(), new List<double>(), new List<double>());
        for (int row = 1; row < log.Steps.Length; row++)
        {
            double rate = group.Rate[row], earlier = group.Rate[row - 1], updates = log.Steps[row] - log.Steps[row - 1],
                mean = (group.GradientSquare[row] + group.GradientSquare[row - 1]) / 2;
            if (!log.IsWholeInterval(row) || updates < 2 || !(rate > 0) || Math.Abs(earlier / rate - 1) > Steady
                || log.MovesBetween(row - 1, row)) continue;
            double square = group.GradientSquareSum[row] / ((rate * rate + earlier * earlier) / 2 * updates * mean),
                along = group.BufferDotSum[row] / group.GradientSquareSum[row], here = group.BufferDot[row] / group.GradientSquare[row];
            if (!double.IsFinite(square + along + here) || !(group.Momentum[row] > 0)) continue;
            squares.Add(square);
            own.Add(here);
            between.Add(along);
        }
        return squares.Count < FewestIntervals ? null : (Median(squares), Median(own), Median(between));
    }

    // A place in a period: ln |g|² less what the rows around have, the mean, the variance and the mean's error; the median of v.g/|g|².
    private sealed record Place(int At, double Log, double Variance, double Error, double Along);
}
