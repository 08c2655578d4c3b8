using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Conversions;

/// <summary>A recipe's weight decay in the words of each convention: other numbers, the same run.</summary>
internal sealed class NamedDecays
{
    /// <summary>The words of conventions, with the convention; two tools call the paper's fully decoupled.</summary>
    private static readonly (string Word, DecayConvention Convention)[] Known =
    [
        ("torch", DecayConvention.Torch), ("paper", DecayConvention.Paper), ("fully-decoupled", DecayConvention.Paper),
        ("unscheduled", DecayConvention.Unscheduled), ("adamc", DecayConvention.AdamC),
    ];

    private NamedDecays(Recipe recipe, string? group, UpdateTable source, DecayConvention from) =>
        (Recipe, Group, Source, Decays) = (recipe, group, source,
            [.. Known.DistinctBy(known => known.Convention).Select(known => Named(known.Word, source, from, known.Convention))]);

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> Words { get; } = [.. Known.Select(known => known.Word)];

    /// <summary>The recipe.</summary>
    public Recipe Recipe { get; }

    /// <summary>The class of parameters under <c>optimizer.groups</c>; null for what follows the recipe's own schedules.</summary>
    public string? Group { get; }

    /// <summary>The same of each class of parameters that has a rate or a decay of its own.</summary>
    public IReadOnlyList<NamedDecays> Groups { get; private init; } = [];

    /// <summary>Its numbers.</summary>
    public UpdateTable Source { get; }

    /// <summary>Its decay in each convention, PyTorch's first.</summary>
    public IReadOnlyList<NamedDecay> Decays { get; }

    /// <summary>The update of the largest rate.</summary>
    public long Peak
    {
        get
        {
            long peak = 0;
            for (long step = 1; step < Source.Count; step++)
                if (Source[step].LogRate > Source[peak].LogRate) peak = step;
            return peak;
        }
    }

    /// <summary>Reads a recipe's decay as a convention means it.</summary>
    /// <param name="recipe">A recipe with decoupled decay.</param>
    /// <param name="word">The convention, one of <see cref="Words"/>.</param>
    /// <exception cref="InputException">The decay is in the gradient, or the recipe is too long.</exception>
    public static NamedDecays Of(Recipe recipe, string word)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        if (recipe.Optimizer.Rule.Decay != DecayForm.Decoupled)
            throw new InputException(
                $"--decay {word}: the decay of {recipe.Optimizer.Name} is in the gradient, where these conventions do not reach; write "
                + "optimizer.name: adamw, or decay: decoupled");
        TableLimit.Require(recipe, "a conversion");
        var readAs = Array.Find(Known, known => known.Word == word).Convention;
        var schedule = recipe.ToSchedule();
        return new(recipe, null, UpdateTable.Of(schedule), readAs)
        {
            Groups =
            [
                .. from own in recipe.Optimizer.Groups
                   where (own.LearningRate ?? own.WeightDecay) is not null
                   let numbers = schedule with
                   {
                       LearningRate = own.LearningRate ?? schedule.LearningRate,
                       WeightDecay = own.WeightDecay ?? schedule.WeightDecay,
                   }
                   select new NamedDecays(recipe, RecipeWords.Of(own.Parameters), UpdateTable.Of(numbers), readAs),
            ],
        };
    }

    private static NamedDecay Named(string word, UpdateTable source, DecayConvention from, DecayConvention to)
    {
        try
        {
            return new(word, DecayConversion.Convert(source, from, to), null);
        }
        catch (EquivalenceException exception)
        {
            return new(word, null, exception.Message);
        }
    }
}

/// <summary>A weight decay in one convention.</summary>
/// <param name="Word">The convention.</param>
/// <param name="Table">The numbers; null where it cannot say them.</param>
/// <param name="Reason">Why not; null where it can.</param>
internal sealed record NamedDecay(string Word, UpdateTable? Table, string? Reason);
