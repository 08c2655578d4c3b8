namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>A single value.</summary>
/// <param name="Text">What was written, without quotes.</param>
/// <param name="IsQuoted">Whether quotes mark it as text, so that it is no number.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record RecipeScalar(string Text, bool IsQuoted, Place Place) : RecipeNode(Place)
{
    private const int ShownLength = 60;

    /// <summary>Whether nothing was written.</summary>
    public bool IsNull => !IsQuoted && Text is "" or "~" or "null";

    public override string Kind => IsNull ? "nothing" : IsQuoted ? "a text" : "a single value";

    public override string Shown
    {
        get
        {
            var line = string.Concat(Text.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c));
            if (line.Length > ShownLength) line = string.Concat(line.AsSpan(0, ShownLength), "...");
            return IsQuoted ? $"\"{line}\"" : line;
        }
    }
}
