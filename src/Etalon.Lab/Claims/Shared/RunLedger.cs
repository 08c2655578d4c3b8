using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.Shared;

/// <summary>The recipes that a claim trained, or found trained, in their order.</summary>
internal sealed class RunLedger
{
    private readonly List<(string Name, string Hash)> _runs = [];

    /// <summary>The runs with the hashes of their recipes, each once.</summary>
    public IReadOnlyList<(string Name, string Hash)> Runs => _runs;

    /// <summary>Notes recipes; not for several threads at a time.</summary>
    public void Add(IEnumerable<Recipe> recipes)
    {
        foreach (var recipe in recipes)
            if (!_runs.Contains((recipe.Name, recipe.Hash))) _runs.Add((recipe.Name, recipe.Hash));
    }
}
