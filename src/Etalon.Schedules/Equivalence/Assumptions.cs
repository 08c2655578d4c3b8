using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>What every equivalence rests on, in words for people.</summary>
internal static class Assumptions
{
    public static IReadOnlyList<string> Of(Conversion conversion)
    {
        var list = new List<string>
        {
            "The loss of every batch stays the same when all weights of the group are multiplied by one positive number: each is "
            + "followed by a normalization with epsilon 0 (or epsilon multiplied by P²), and no bias, gain or head of the group breaks it.",
            "Only that group is converted; all other parameters keep the source's rate, decay and momentum.",
            $"The source updates by {conversion.SourceRule}.",
            $"The equivalent recipe is updated by {conversion.TargetRule}.",
            "Every update uses the numbers of its own step, and an update that is skipped does not count as a step.",
            conversion.ScalesGradients
                ? "The group's gradients are multiplied by P before they are clipped, so thresholds stay; averages of weights are taken of "
                    + "weights divided by P."
                : "A threshold on the norm of the gradient is divided by P of its step; averages of weights are taken of weights divided "
                    + "by P.",
        };
        if (conversion.Adam is { MemoryError: > 0 and var error })
            list.Add(
                $"Only rate and epsilon change, so the two runs are nearly the same: the squares are remembered longer by {2 * error:P1} "
                + $"(2 η λ/(1 - β₂) at its largest). The form adam is exact.");
        if (conversion.Corrections.Count > 0)
            list.Add(
                $"The state is corrected before update "
                + $"{string.Join(", ", conversion.Corrections.Take(5).Select(correction => $"{correction.Step}"))}"
                + $"{(conversion.Corrections.Count > 5 ? $" and {conversion.Corrections.Count - 5} more" : "")}.");
        if (conversion.RateError > 0)
            list.Add(
                $"Corrections are left out: the run is exactly that of the source with rates up to "
                + $"{Math.Abs(Elementary.ExpM1(conversion.RateError)):P3} off.");
        return list;
    }
}
