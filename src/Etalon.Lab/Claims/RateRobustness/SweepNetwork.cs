using Etalon.Lab.Models;
using Etalon.Numerics;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>A network on which the rules are swept, and how long each run is.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Title">What it is called in a table.</param>
/// <param name="Model">The network.</param>
/// <param name="Rates">The initial rates, ascending, at least two.</param>
/// <param name="Updates">Updates of a run.</param>
/// <param name="Batch">Images in a batch.</param>
internal sealed record SweepNetwork(string Name, string Title, ModelSpec Model, IReadOnlyList<double> Rates, int Updates, int Batch)
{
    /// <summary>Whether it has convolutions.</summary>
    public bool HasConvolutions => Model.Kind != ModelKind.Mlp;

    /// <summary>The network in the words of a recipe, without what is usual.</summary>
    internal string Words
    {
        get
        {
            string size =
                HasConvolutions ? $"width: {Model.Width}" : $"hidden: [{string.Join(", ", Model.Hidden.Select(units => $"{units}"))}]";
            return $"{{name: {Model.Name}, {size}{(Model.Norm == NormKind.Batch ? "" : $", norm: {RecipeWords.Of(Model.Norm)}")}}}";
        }
    }

    /// <summary>The rules that are different on it.</summary>
    public IReadOnlyList<SweepRule> Rules => [.. SweepRule.All.Where(rule => HasConvolutions || !rule.NeedsConvolutions)];

    /// <summary>So many rates a decade from 1e-4 to 1e3.</summary>
    internal static IReadOnlyList<double> SevenDecades(int perDecade) =>
        [.. Enumerable.Range(0, 7 * perDecade + 1)
            .Select(i =>
            i % perDecade == 0 ? Elementary.Pow(10, i / perDecade - 4) : Math.Round(Elementary.Pow(10, (double)i / perDecade - 4), 8))];
}
