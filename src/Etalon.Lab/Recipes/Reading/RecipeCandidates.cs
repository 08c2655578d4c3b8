namespace Etalon.Lab.Recipes;

/// <summary>What a reader would have taken at a place of a recipe.</summary>
/// <param name="Kind">What the words are.</param>
/// <param name="Words">The words, in the order in which they are read.</param>
internal sealed record RecipeCandidates(CandidateKind Kind, IReadOnlyList<string> Words);

/// <summary>What a word of a recipe may be.</summary>
internal enum CandidateKind
{
    /// <summary>A key of a section.</summary>
    Key,

    /// <summary>A piece of a schedule.</summary>
    Piece,

    /// <summary>A value.</summary>
    Value,
}
