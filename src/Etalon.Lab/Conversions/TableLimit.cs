using System.Globalization;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Conversions;

/// <summary>How long a recipe may be whose updates are written out one by one, as conversions and forecasts do.</summary>
internal static class TableLimit
{
    // What UpdateTable holds.
    private const long MostUpdates = 1L << 30;

    // Source and target of a conversion, 32 bytes each, and what a theorem holds between them.
    private const long BytesPerUpdate = 96;

    /// <summary>Refuses a recipe with more updates than a table holds, or than there is memory for.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="what">What writes them out: "a conversion".</param>
    /// <param name="available">Bytes that there are.</param>
    /// <exception cref="InputException">It has too many.</exception>
    public static void Require(Recipe recipe, string what, long available)
    {
        if (recipe.TotalSteps > MostUpdates)
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture,
                    $"duration = {recipe.TotalSteps}ba: {what} writes out every update, {MostUpdates} at most; take a shorter duration"));
        if (recipe.TotalSteps * BytesPerUpdate is var needed && needed > available)
            throw new InputException(
                string.Create(CultureInfo.InvariantCulture,
                    $"duration = {recipe.TotalSteps}ba: {what} writes out every update, which needs {needed / 1e9:F1} GB, and this "
                    + $"machine has {available / 1e9:F1} GB; take a shorter duration"));
    }

    /// <summary>The same for the memory of this machine.</summary>
    public static void Require(Recipe recipe, string what) => Require(recipe, what, RunMemory.Available);
}
