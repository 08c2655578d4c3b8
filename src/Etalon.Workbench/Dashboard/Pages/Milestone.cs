using Etalon.Lab;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Workbench.Dashboard;

/// <summary>
/// A milestone of the learning rate that can be dragged: an item of <c>at</c> in the recipe's text, in any unit but samples.
/// </summary>
/// <param name="Key">Its dotted key, as in learning_rate.steps.at.0.</param>
/// <param name="Update">The update that it is at.</param>
/// <param name="Text">As it is written.</param>
internal sealed record Milestone(string Key, long Update, string Text)
{
    private const string Rate = "learning_rate", At = "at";

    /// <summary>Those of a recipe.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="recipe">What the text says.</param>
    public static IReadOnlyList<Milestone> In(string text, Recipe recipe)
    {
        var problems = new RecipeProblems();
        if (RecipeText.Parse(text, "recipe", problems, RecipeText.LargestLength) is not RecipeMap root
            || root.Find(Rate)?.Value is not { } schedule) return [];
        var found = new List<Milestone>();
        Walk(Rate, schedule, recipe, found);
        return found;
    }

    /// <summary>The text with one of them at another update, in the unit that it has.</summary>
    /// <exception cref="InputException">There is no such milestone, or the text has no place for the change.</exception>
    public static string Move(string text, Recipe recipe, string key, long update)
    {
        var milestone = In(text, recipe).FirstOrDefault(each => each.Key == key)
            ?? throw new InputException($"{key}: the recipe has no such milestone");
        update = Math.Clamp(update, 1, Math.Max(1, recipe.TotalSteps - 1));
        string value = Duration.Parse(milestone.Text).Unit switch
        {
            TimeUnit.Epochs => $"{Math.Round(update / (double)recipe.StepsPerEpoch, 2)}ep",
            TimeUnit.Run => $"{Math.Round(update / (double)recipe.TotalSteps, 3)}dur",
            _ => $"{update}ba",
        };
        return RecipeEdit.With(text, key, value)
            ?? throw new InputException($"{key}: the text has no place for the change; write the milestone there");
    }

    private static void Walk(string path, RecipeNode node, Recipe recipe, List<Milestone> found)
    {
        switch (node)
        {
            case RecipeList list:
                for (int i = 0; i < list.Items.Count; i++) Walk($"{path}.{i}", list.Items[i], recipe, found);
                break;
            case RecipeMap map:
                foreach (var entry in map.Entries)
                {
                    string key = $"{path}.{entry.Key.Text}";
                    if (entry.Key.Text != At || entry.Value is not RecipeList milestones) Walk(key, entry.Value, recipe, found);
                    else
                        for (int i = 0; i < milestones.Items.Count; i++)
                            if (UpdateOf(milestones.Items[i], recipe) is { } update)
                                found.Add(new($"{key}.{i}", update, ((RecipeScalar)milestones.Items[i]).Text));
                }
                break;
            default: break;
        }
    }

    private static long? UpdateOf(RecipeNode node, Recipe recipe)
    {
        try
        {
            return node is RecipeScalar scalar
                ? new Timeline(recipe.StepsPerEpoch, samplesPerStep: null, recipe.TotalSteps).StepsOf(Duration.Parse(scalar.Text)) : null;
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return null;
        }
    }
}
