namespace Etalon.Engine;

/// <summary>A named view into a <see cref="Region{T}"/>: a shape and where its numbers lie, row by row.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Tensor<T> where T : unmanaged
{
    internal Tensor(string name, int[] shape, long offset)
    {
        Name = name;
        Shape = shape;
        Offset = offset;
        Length = 1;
        foreach (int size in shape) Length = checked(Length * size);
    }

    /// <summary>The name by which checkpoints, reports and seeds know the tensor, such as <c>stage1.block1.conv1.weight</c>.</summary>
    public string Name { get; }

    /// <summary>The sizes, slowest first.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>How many numbers it holds.</summary>
    public long Length { get; }

    /// <summary>Where it begins in its region, in numbers.</summary>
    public long Offset { get; }

    /// <summary>The numbers, once the region has been allocated.</summary>
    public Span<T> Span => new(Pointer, checked((int)Length));

    internal T* Pointer { get; set; }
}
