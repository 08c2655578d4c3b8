using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>A rule on a network: what came of each initial rate and seed.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Rates">The initial rates, ascending.</param>
/// <param name="Outcomes">For each rate the outcome of each seed.</param>
/// <param name="Chance">The accuracy of guessing, which is what a run counts that diverged.</param>
internal sealed record RuleCurve(SweepRule Rule, IReadOnlyList<double> Rates, IReadOnlyList<IReadOnlyList<SweepOutcome>> Outcomes,
    double Chance)
{
    /// <summary>The mean accuracy of the seeds at each rate.</summary>
    public IReadOnlyList<double> Accuracies { get; } = [.. Outcomes.Select(seeds => seeds.Average(outcome => Counted(outcome, Chance)))];

    /// <summary>The best of <see cref="Accuracies"/>.</summary>
    public double Best => Accuracies.Max();

    /// <summary>The rate of <see cref="Best"/>; the lowest where several have it.</summary>
    public double BestRate => Rates[Accuracies.ToList().IndexOf(Best)];

    /// <summary>How many runs there are.</summary>
    public int Runs => Outcomes.Sum(seeds => seeds.Count);

    /// <summary>How many of them diverged.</summary>
    public int Diverged => Outcomes.Sum(seeds => seeds.Count(outcome => outcome.HasDiverged));

    /// <summary>The rates at which a run diverged.</summary>
    public IEnumerable<double> DivergedRates => Rates.Where((_, i) => Outcomes[i].Any(outcome => outcome.HasDiverged));

    /// <summary>The accuracies of the seeds at a rate.</summary>
    /// <param name="rate">One of <see cref="Rates"/>.</param>
    public SeedSample At(double rate) => new([.. Outcomes[Rates.ToList().IndexOf(rate)].Select(outcome => Counted(outcome, Chance))]);

    /// <summary>The rates whose mean accuracy reaches a height.</summary>
    public UsableRange Reaching(double accuracy) => UsableRange.Of(Rates, Accuracies, accuracy);

    /// <summary>Up to which rate a height is kept, from a rate on and without a gap; NaN where it is not reached at that rate.</summary>
    /// <param name="from">One of <see cref="Rates"/>.</param>
    /// <param name="accuracy">The height.</param>
    public double KeptUpTo(double from, double accuracy) => UsableRange.EndOf(Rates, Accuracies, accuracy, Rates.ToList().IndexOf(from));

    /// <summary>The same curve of each seed alone.</summary>
    public IEnumerable<RuleCurve> BySeed =>
        Enumerable.Range(0, Outcomes[0].Count)
            .Select(seed => new RuleCurve(Rule, Rates, [.. Outcomes.Select(seeds => (IReadOnlyList<SweepOutcome>)[seeds[seed]])], Chance));

    /// <summary>How many decades of rates reach a height, for each seed alone.</summary>
    public SeedSample DecadesReaching(double accuracy) =>
        new([.. BySeed.Select(curve => curve.Reaching(accuracy).Decades)]);

    private static double Counted(SweepOutcome outcome, double chance) => outcome.HasDiverged ? chance : outcome.Accuracy;
}
