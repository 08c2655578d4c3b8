using System.Globalization;
using Etalon.Lab.Numerics;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.Shared;

/// <summary>How often a criterion errs with the seeds that it had.</summary>
/// <param name="FailsTrue">The probability of refuting a true claim; NaN where it is not known.</param>
/// <param name="PassesFalse">The probability of confirming a false one; NaN where it is not known.</param>
/// <param name="Decides">Whether what was measured is enough for a verdict.</param>
/// <param name="How">Where the numbers come from, and what would decide where it does not.</param>
internal sealed record CheckPower(double FailsTrue, double PassesFalse, bool Decides, string How)
{
    /// <summary>The most that either error may have for a verdict.</summary>
    public const double Allowed = 0.05;

    private const int MostSeeds = 1_000;

    /// <summary>Of a criterion whose errors have not been worked out.</summary>
    public static CheckPower Unstated { get; } = new(double.NaN, double.NaN, true, "not worked out");

    /// <summary>Of a number that no chance decides: the same seed gives it again, and its bound leaves rounding alone.</summary>
    /// <param name="how">What keeps a false claim from passing.</param>
    public static CheckPower OfNoChance(string how) => new(0, 0, true, how);

    /// <summary>
    /// Of a criterion that needs so many seeds: with fewer of them it decides nothing.
    /// </summary>
    /// <param name="has">The seeds that it had.</param>
    /// <param name="needs">The seeds that it needs.</param>
    /// <param name="failsTrue">How often it fails a true claim with those it had.</param>
    /// <param name="passesFalse">How often it passes a false one with those it had.</param>
    public static CheckPower OfSeeds(int has, int needs, double failsTrue, double passesFalse) => new(
        failsTrue, passesFalse, has >= needs,
        has >= needs ? $"{has} seeds" : $"{has} seeds; {needs} would decide");

    /// <summary>
    /// Of the mean over seeds beside a bound, by Student's distribution: the claim is true a margin on one side of it, false on the other.
    /// A mean is a verdict where the other side would give one so far away in 5 % of repetitions or fewer.
    /// </summary>
    /// <param name="sample">A value for each seed.</param>
    /// <param name="bound">The bound.</param>
    /// <param name="margin">Half the distance between true and false; above 0.</param>
    /// <param name="isUpper">Whether the mean is to be below the bound.</param>
    public static CheckPower OfMean(SeedSample sample, double bound, double margin, bool isUpper)
    {
        int seeds = sample.Values.Count;
        if (seeds < 2) return new(0.5, 0.5, false, "one seed shows no spread; 2 or more would decide");
        double error = sample.Error, chance = Tail(margin / error, seeds - 1),
            against = Tail((Math.Abs(sample.Mean - bound) + margin) / error, seeds - 1);
        bool decides = against <= Allowed;
        double side = isUpper ? -margin : margin;
        string between = $"true at {Text(bound + side)} and false at {Text(bound - side)}, {seeds} seeds, Student";
        return new(Math.Min(chance, Allowed), Math.Min(chance, Allowed), decides,
            decides ? between : $"{between}; about {Needed(sample.Deviation, margin)} seeds would decide");
    }

    /// <summary>
    /// Of an effect that is to be above 0 for every seed: a false claim has none. With each seed on its own side by chance all of n are
    /// above 0 in 1 of 2^n; besides, Student's probability of a mean so far from 0 must allow a verdict.
    /// </summary>
    /// <param name="effect">A value for each seed.</param>
    public static CheckPower OfEverySign(SeedSample effect)
    {
        int seeds = effect.Values.Count;
        if (seeds < 2) return new(0.5, 0.5, false, "one seed shows no spread; 2 or more would decide");
        double size = Math.Abs(effect.Mean), one = 1 - Tail(size / effect.Deviation, seeds - 1);
        bool isOneSided = effect.Values.All(value => value > 0) || effect.Mean <= 0,
            decides = isOneSided && Tail(size / effect.Error, seeds - 1) <= Allowed;
        string between = $"true at what was measured and false at 0, {seeds} seeds, Student";
        return new(1 - Elementary.Pow(one, seeds), Math.Min(Elementary.Pow(0.5, seeds), Allowed), decides,
            decides ? between : $"{between}; {(isOneSided ? $"about {Needed(effect.Deviation, size / 2)}" : "more")} seeds would decide");
    }

    /// <summary>Of a mean that is to be above 0, whatever its size: false at 0.</summary>
    /// <param name="difference">A value for each seed.</param>
    public static CheckPower OfSign(SeedSample difference)
    {
        int seeds = difference.Values.Count;
        if (seeds < 2) return new(0.5, 0.5, false, "one seed shows no spread; 2 or more would decide");
        double chance = Tail(Math.Abs(difference.Mean) / difference.Error, seeds - 1);
        bool decides = chance <= Allowed;
        string between = $"true at what was measured and false at 0, {seeds} seeds, Student";
        return new(chance, Allowed, decides,
            decides ? between : $"{between}; about {Needed(difference.Deviation, Math.Abs(difference.Mean) / 2)} seeds would decide");
    }

    /// <summary>
    /// Of a mean that is to be so many standard errors above 0: where it is not, nothing is refuted, for it may be above 0 all the same.
    /// </summary>
    /// <param name="gain">A value for each seed.</param>
    /// <param name="multiple">How many.</param>
    public static CheckPower OfSignificance(SeedSample gain, double multiple)
    {
        int seeds = gain.Values.Count;
        if (seeds < 2) return new(0.5, 0.5, false, "one seed shows no spread; 2 or more would decide");
        double falsely = Tail(multiple, seeds - 1);
        bool isSignificant = gain.Mean > multiple * gain.Error, decides = isSignificant && falsely <= Allowed;
        string between = $"true at what was measured and false at 0, {seeds} seeds, Student";
        return new(Tail(gain.Mean / gain.Error - multiple, seeds - 1), falsely, decides,
            decides ? between : $"{between}; more seeds would decide");
    }

    /// <summary>Of something that no run may do: false where it is one of twenty that does.</summary>
    /// <param name="runs">How many runs, each with a chance of its own.</param>
    /// <param name="isSeen">Whether one did it, which refutes for certain.</param>
    public static CheckPower OfNone(int runs, bool isSeen)
    {
        const double Share = 0.05;
        double missed = Elementary.Pow(1 - Share, runs);
        return new(0, missed, isSeen || missed <= Allowed,
            $"false where one run of twenty does; {runs} runs{(isSeen || missed <= Allowed ? "" : "; 59 would decide")}");
    }

    /// <summary>Of a criterion whose errors were found by asking it of draws.</summary>
    /// <param name="failsTrue">The share of true draws that fail.</param>
    /// <param name="passesFalse">The share of false ones that pass.</param>
    /// <param name="holds">Whether what was measured passes: that counts where few false ones do, a failure where few true ones fail.
    /// </param>
    /// <param name="how">Which draws.</param>
    public static CheckPower OfDraws(double failsTrue, double passesFalse, bool holds, string how) =>
        new(failsTrue, passesFalse, (holds ? passesFalse : failsTrue) <= Allowed, how);

    /// <summary>P(T above t) with so many degrees of freedom.</summary>
    internal static double Tail(double t, double freedom) => double.IsPositiveInfinity(t) ? 0
        : double.IsNaN(t) ? 0.5
        : t >= 0 ? StudentDistribution.TwoSided(t, freedom) / 2 : 1 - StudentDistribution.TwoSided(-t, freedom) / 2;

    // So many that a mean on the right bound is a verdict in half of the repetitions or more.
    // The tail falls with the number of seeds, so the least one is found by halving.
    private static string Needed(double deviation, double margin)
    {
        bool Decide(int seeds) => Tail(2 * margin * Math.Sqrt(seeds) / deviation, seeds - 1) <= Allowed;
        if (!Decide(MostSeeds)) return $"more than {MostSeeds}";
        int few = 2, enough = MostSeeds;
        while (enough - few > 1)
        {
            int middle = (few + enough) / 2;
            if (Decide(middle)) enough = middle;
            else few = middle;
        }
        return $"{enough}";
    }

    private static string Text(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>For a table: both errors in percent, and where they come from.</summary>
    public string Text() => double.IsNaN(FailsTrue)
        ? How
        : $"fails a true claim {Percent(FailsTrue)}, passes a false one {Percent(PassesFalse)} ({How})";

    private static string Percent(double share) =>
        share == 0 ? "never" : share < 0.001 ? "in under 0.1 %" : $"in {(100 * share).ToString("0.#", CultureInfo.InvariantCulture)} %";
}
