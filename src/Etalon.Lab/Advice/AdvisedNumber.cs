namespace Etalon.Lab.Advice;

/// <summary>A number of an advised recipe, and why it has this value.</summary>
/// <param name="Name">Its key in a recipe, or what it is.</param>
/// <param name="Text">Its value as a recipe has it.</param>
/// <param name="Standing">What the value rests on.</param>
/// <param name="Reason">The reason, with the numbers in it; a sentence without its period.</param>
/// <param name="Change">What would change it; empty where nothing would.</param>
internal sealed record AdvisedNumber(string Name, string Text, Standing Standing, string Reason, string Change = "");

/// <summary>What a number rests on.</summary>
internal enum Standing
{
    /// <summary>The user gave it.</summary>
    Given,

    /// <summary>It follows from the others by a theorem.</summary>
    Theorem,

    /// <summary>Published recipes, which others chose for accuracy, have it in common.</summary>
    PublishedRecipes,

    /// <summary>It was measured with this recipe and these data.</summary>
    MeasuredHere,

    /// <summary>It is what people write; nothing more is known of it.</summary>
    Habit,
}
