using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Options;

/// <summary>The warning of an option whose rate or decay is hardly ever meant, in the words that a recipe's has.</summary>
internal static class UnusualSize
{
    /// <summary>Warns where the number has another size than any recipe's.</summary>
    /// <param name="option">The option as it was written.</param>
    /// <param name="value">Its number; null where it was not given.</param>
    /// <param name="quantity">What the number is.</param>
    /// <param name="error">Takes the warning.</param>
    public static void Warn(string option, double? value, ScheduledQuantity quantity, TextWriter error)
    {
        if (value is { } number && ScheduleWarnings.OfSize(number, quantity) is { } warning)
            error.WriteLine($"warning: {option}{number:G6}: {warning}");
    }
}
