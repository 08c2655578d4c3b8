using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Commands;

/// <summary>A data set with changes, as verbs take it that need no recipe.</summary>
internal static class DataArguments
{
    /// <summary>What a recipe would have under <c>data</c>.</summary>
    /// <param name="set">The data set's name.</param>
    /// <param name="changes">"data.key=value", in order.</param>
    /// <exception cref="InputException">There is no such set, or a change has problems.</exception>
    public static DataSpec Read(string set, IReadOnlyList<string> changes)
    {
        DataCatalog.Find(set);
        return RecipeReader.ReadData($"{{set: {set}, batch: 1}}", "data", changes);
    }
}
