using System.Runtime.InteropServices;

namespace Etalon.Workbench.Dashboard;

/// <summary>Arrays of numbers in an index on disk, in this machine's own order of bytes.</summary>
internal static class IndexArrays
{
    // More than any index has: a damaged length is not believed.
    private const int MostItems = 1 << 26;

    /// <summary>Writes an array behind its length.</summary>
    public static void Write<T>(BinaryWriter writer, ReadOnlySpan<T> items) where T : unmanaged
    {
        writer.Write(items.Length);
        writer.Write(MemoryMarshal.AsBytes(items));
    }

    /// <summary>Reads one.</summary>
    /// <exception cref="IOException">It is longer than any can be, or ends early.</exception>
    public static T[] Read<T>(BinaryReader reader) where T : unmanaged
    {
        int length = reader.ReadInt32();
        if (length is < 0 or > MostItems) throw new IOException("the index is damaged");
        var items = new T[length];
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(items.AsSpan()));
        return items;
    }
}
