using System.Runtime.InteropServices;
using Etalon.Engine;

namespace Etalon.Lab.Runs;

/// <summary>A tensor as a checkpoint holds it: its name there, its type and shape, and its bytes in memory as they are now.</summary>
internal abstract class StoredTensor(string name, SafetensorsType type, IReadOnlyList<long> shape)
{
    public string Name { get; } = name;

    public SafetensorsType Type { get; } = type;

    public IReadOnlyList<long> Shape { get; } = shape;

    public abstract Span<byte> Bytes { get; }

    /// <summary>All tensors of a region.</summary>
    /// <typeparam name="T">float or double.</typeparam>
    /// <param name="prefix">What stands before their names.</param>
    /// <param name="region">The region.</param>
    public static IEnumerable<StoredTensor> Of<T>(string prefix, Region<T> region) where T : unmanaged =>
        region.Tensors.Select(tensor => new Typed<T>(prefix + tensor.Name, tensor));

    private sealed class Typed<T>(string name, Tensor<T> tensor) : StoredTensor(
        name, typeof(T) == typeof(double) ? SafetensorsType.F64 : SafetensorsType.F32, [.. tensor.Shape.Select(size => (long)size)])
        where T : unmanaged
    {
        public override Span<byte> Bytes => MemoryMarshal.AsBytes(tensor.Span);
    }
}
