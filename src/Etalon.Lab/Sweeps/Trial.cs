using Etalon.Lab.Recipes;

namespace Etalon.Lab.Sweeps;

/// <summary>One run of a sweep. It is its resolved recipe: whatever asks for the same recipe asks for the same trial.</summary>
/// <param name="Read">The recipe, with where it came from.</param>
internal sealed record Trial(ReadRecipe Read)
{
    private const int Digits = 16;

    /// <summary>The recipe.</summary>
    public Recipe Recipe => Read.Recipe;

    /// <summary>The name of its folder.</summary>
    /// <value>
    /// The first 16 hexadecimal digits of the recipe's hash by default. Two of 100,000 trials share them with a chance of 3e-10.
    /// </value>
    public string Id
    {
        get => field ?? Recipe.Hash[..Digits];
        init;
    }
}
