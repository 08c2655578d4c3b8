using System.Globalization;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// Three constant rates, each a tenth of the one before, and a rate that starts as the largest and falls to a tenth after a half and after
/// three quarters of the run.
/// </summary>
/// <param name="Decayed">The rate that falls.</param>
/// <param name="Large">The largest constant.</param>
/// <param name="Medium">A tenth of it.</param>
/// <param name="Small">A hundredth of it.</param>
internal sealed record RateArms(ArmResult Decayed, ArmResult Large, ArmResult Medium, ArmResult Small)
{
    private const string DecayedName = "decayed", LargeName = "large", MediumName = "medium", SmallName = "small";

    private static readonly string[] Constants = [LargeName, MediumName, SmallName];

    /// <summary>What the arms of <see cref="From"/> gave, found by their names.</summary>
    public static RateArms Of(IReadOnlyList<ArmResult> results) => new(
        ArmResult.Named(DecayedName, results), ArmResult.Named(LargeName, results), ArmResult.Named(MediumName, results),
        ArmResult.Named(SmallName, results));

    /// <summary>The arms, the one that falls first.</summary>
    /// <param name="recipe">The recipe without its rate.</param>
    /// <param name="largest">The largest rate.</param>
    public static IReadOnlyList<ExperimentArm> From(Recipe recipe, double largest)
    {
        double[] rates = [largest, largest / 10, largest / 100];
        string[] titles = [.. rates.Select(rate => rate.ToString("G3", CultureInfo.InvariantCulture))];
        var falling = new Steps(largest, [recipe.TotalSteps / 2, recipe.TotalSteps / 4 * 3], 0.1);
        return
        [
            new(DecayedName, string.Join(", ", titles), recipe with { LearningRate = falling }),
            .. Constants.Select(
                (name, i) => new ExperimentArm(name, $"constant {titles[i]}", recipe with { LearningRate = new Constant(rates[i]) })),
        ];
    }
}
