using Etalon.Lab.Conversions;
using Etalon.Lab.Forecasts;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Tests.Conversions;

public class TableLimitTests
{
    private static readonly EquivalentSpec Form = new() { Form = EquivalentForm.TexpPlusPlus };

    [Theory]
    [InlineData(1L << 30, long.MaxValue, null)]
    [InlineData((1L << 30) + 1, long.MaxValue,
        "duration = 1073741825ba: a conversion writes out every update, 1073741824 at most; take a shorter duration")]
    [InlineData(1_000_000_000, 8_000_000_000,
        "duration = 1000000000ba: a conversion writes out every update, which needs 96.0 GB, and this machine has 8.0 GB; take a shorter "
        + "duration")]
    public void A_recipe_of_more_updates_than_a_table_or_the_memory_holds_is_refused(long updates, long available, string? problem)
    {
        void Require() => TableLimit.Require(Recipe(updates), "a conversion", available);
        if (problem is null) Require();
        else Assert.Equal(problem, Assert.Throws<InputException>(Require).Message);
    }

    [Fact]
    public void Conversions_and_forecasts_say_so()
    {
        var recipe = Recipe(1L << 40);
        foreach (Action use in (Action[])[() => RecipeConversion.Of(recipe, Form),
            () => RecipeNumbers.Of(recipe with { Equivalent = Form }), () => Forecast.Without(recipe)])
            Assert.StartsWith("duration = 1099511627776ba", Assert.Throws<InputException>(use).Message, StringComparison.Ordinal);
    }

    private static Recipe Recipe(long updates) =>
        RecipeReader.Read($"duration: {updates}ba\nlearning_rate: 0.1\nweight_decay: 1e-3\nmomentum: 0.9\n").Recipe;
}
