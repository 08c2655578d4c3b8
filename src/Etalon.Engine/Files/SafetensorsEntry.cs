namespace Etalon.Engine;

/// <summary>A tensor in a safetensors file.</summary>
/// <param name="Name">Its name; every name once.</param>
/// <param name="Type">The type of its numbers, little-endian and row by row.</param>
/// <param name="Shape">The sizes, slowest first.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">The byte after its last.</param>
public sealed record SafetensorsEntry(string Name, SafetensorsType Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Bytes of one number.</summary>
    public static int SizeOf(SafetensorsType type) => type == SafetensorsType.F32 ? sizeof(float) : sizeof(double);

    /// <summary>Shape and type as people write them, such as F32 [8, 3, 3, 3].</summary>
    public string Form => $"{Type} [{string.Join(", ", Shape.Select(size => $"{size}"))}]";

    /// <summary>The name as a message shows it: cut, and without what a terminal would obey.</summary>
    public string ShownName => SafetensorsHeader.Shown(Name);

    /// <inheritdoc/>
    public override string ToString() => RecordText.Of(nameof(SafetensorsEntry), PrintMembers);
}
