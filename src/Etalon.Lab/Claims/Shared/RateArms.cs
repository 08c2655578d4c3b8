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
    private static readonly string[] Constants = ["large", "medium", "small"];

    /// <summary>What the arms gave, in the order of <see cref="From"/>.</summary>
    public static RateArms Of(IReadOnlyList<ArmResult> results) => new(results[0], results[1], results[2], results[3]);

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
            new("decayed", string.Join(", ", titles), recipe with { LearningRate = falling }),
            .. Constants.Select(
                (name, i) => new ExperimentArm(name, $"constant {titles[i]}", recipe with { LearningRate = new Constant(rates[i]) })),
        ];
    }
}
