namespace Etalon.Lab.Recipes;

/// <summary>Where a part of a recipe stands: a line and a column of a file, both from 1, or an override from the command line.</summary>
/// <param name="Source">The file's name as the user wrote it, or the whole override.</param>
/// <param name="Line">The line; 0 for an override.</param>
/// <param name="Column">The column; 0 for an override.</param>
internal readonly record struct SourceLocation(string Source, long Line, long Column) : IComparable<SourceLocation>
{
    /// <summary>The place of everything that an override brings.</summary>
    public static SourceLocation Override(string text) => new(text, 0, 0);

    /// <summary>File order, then what overrides brought.</summary>
    public int CompareTo(SourceLocation other) =>
        (Line == 0, Line, Column).CompareTo((other.Line == 0, other.Line, other.Column));

    /// <summary>"digits.yaml:3:9", as compilers and editors write it, or "override data.batch=0".</summary>
    public override string ToString() => Line == 0 ? $"override {Source}" : $"{Source}:{Line}:{Column}";
}
