using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Recipes;

/// <summary>The forms of equivalent recipes by the words that recipes and the command line use.</summary>
internal static class FormWords
{
    private static readonly (string Word, EquivalentForm Form)[] Known =
    [
        ("texp++", EquivalentForm.TexpPlusPlus),
        ("texp", EquivalentForm.Texp),
        ("exponential", EquivalentForm.Exponential),
        ("weight-decay", EquivalentForm.WeightDecay),
        ("scaled-gradient", EquivalentForm.ScaledGradient),
        ("adam", EquivalentForm.Adam),
        ("adam-constant-betas", EquivalentForm.AdamConstantBetas),
        ("adam-rate-only", EquivalentForm.AdamRateOnly),
    ];

    /// <summary>All words.</summary>
    public static IReadOnlyList<string> All { get; } = [.. Known.Select(known => known.Word)];

    /// <summary>The word of a form.</summary>
    public static string Of(EquivalentForm form) => Array.Find(Known, known => known.Form == form).Word;

    /// <summary>The form that a word names.</summary>
    /// <exception cref="ArgumentException">None; the message lists those there are.</exception>
    public static EquivalentForm Parse(string word) => Array.Exists(Known, known => known.Word == word)
        ? Array.Find(Known, known => known.Word == word).Form
        : throw new ArgumentException(
            $"must be one of {string.Join(", ", All)}{(Suggestion.To(word, All) is { } near ? $"; did you mean {near}?" : "")}");
}
