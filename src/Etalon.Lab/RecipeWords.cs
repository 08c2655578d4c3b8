using System.Text;

namespace Etalon.Lab;

/// <summary>The words of a recipe.</summary>
internal static class RecipeWords
{
    /// <summary>The name of an enumeration's member in a recipe: lower case, words joined by dashes. CropFlip is crop-flip.</summary>
    public static string Of<T>(T member) where T : struct, Enum
    {
        var word = new StringBuilder();
        foreach (var letter in member.ToString())
        {
            if (char.IsUpper(letter) && word.Length > 0) word.Append('-');
            word.Append(char.ToLowerInvariant(letter));
        }
        return word.ToString();
    }
}
