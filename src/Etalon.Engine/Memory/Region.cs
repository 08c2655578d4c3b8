using System.Runtime.InteropServices;

namespace Etalon.Engine;

/// <summary>
/// One contiguous, 64-byte aligned piece of native memory that is laid out before the first step: tensors are declared, then the whole
/// is allocated at once and zeroed. A checkpoint of it is one write, its norm one pass, an update one loop.
/// </summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed unsafe class Region<T> : IDisposable where T : unmanaged
{
    private const int Alignment = 64, Page = 4096;

    // Nine lines of memory: as 9 and 64 have no common factor, 64 regions begin at 64 different places of a page.
    private const int Shift = 9 * Alignment;

    private readonly List<Tensor<T>> _tensors = [];
    private byte* _allocated;
    private T* _memory;
    private int _mirrors, _shifts;

    /// <summary>The tensors in the order of their declaration, which is their order in memory.</summary>
    public IReadOnlyList<Tensor<T>> Tensors => _tensors;

    /// <summary>Numbers in the region, the gaps for alignment (always zero) included.</summary>
    public long Length { get; private set; }

    /// <summary>All numbers of the region.</summary>
    public Span<T> Span => new(_memory, checked((int)Length));

    /// <summary>Whether its numbers exist.</summary>
    public bool IsAllocated => _memory != null;

    internal T* Pointer => _memory;

    /// <summary>Adds a tensor; its numbers exist after <see cref="Allocate"/>.</summary>
    /// <exception cref="InvalidOperationException">The region has been allocated, or a tensor of that name exists.</exception>
    /// <exception cref="RegionFullException">There would be 2^31 numbers or more.</exception>
    public Tensor<T> Declare(string name, params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (_memory != null)
            throw new InvalidOperationException($"tensor '{name}' is declared after its region was allocated; declare it before");
        if (_tensors.Exists(tensor => tensor.Name == name))
            throw new InvalidOperationException($"two tensors are named '{name}'; names must differ");
        var tensor = new Tensor<T>(name, shape, Length);
        int line = Alignment / sizeof(T);
        if (Length + tensor.Length > int.MaxValue - line) throw new RegionFullException(name, tensor.Length);
        _tensors.Add(tensor);
        Length += (tensor.Length + line - 1) / line * line;
        return tensor;
    }

    /// <summary>Declares a tensor for each one of another region, at the same offsets: gradients and slots beside parameters.</summary>
    /// <remarks>
    /// Regions that mirror one another are walked through together, so each begins at another place of its page. Without that, two of them
    /// came to lie an exact multiple of 256 MB apart in 12 of 28 processes; the first-level cache of a Zen 3 then takes their lines for one
    /// another, and an update took half as long again.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The region has tensors already.</exception>
    public void Mirror(Region<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (_tensors.Count > 0)
            throw new InvalidOperationException("a region that mirrors another has no tensors of its own; mirror into an empty one");
        _shifts = ++other._mirrors;
        foreach (var tensor in other._tensors) Declare(tensor.Name, [.. tensor.Shape]);
    }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Tensor<T> this[string name] =>
        _tensors.Find(tensor => tensor.Name == name) ?? throw new KeyNotFoundException($"no tensor is named '{name}'");

    /// <summary>Reserves and zeroes the memory.</summary>
    public void Allocate()
    {
        if (_memory != null) throw new InvalidOperationException("the region is allocated already");
        int shift = _shifts * Shift % Page;
        nuint bytes = (nuint)Math.Max(Length, 1) * (nuint)sizeof(T) + (nuint)shift;
        _allocated = (byte*)NativeMemory.AlignedAlloc(bytes, Page);
        NativeMemory.Clear(_allocated, bytes);
        _memory = (T*)(_allocated + shift);
        foreach (var tensor in _tensors) tensor.Pointer = _memory + tensor.Offset;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree(_allocated);
        _allocated = null;
        _memory = null;
        foreach (var tensor in _tensors) tensor.Pointer = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>Frees the memory of a region that nobody disposed.</summary>
    ~Region() => NativeMemory.AlignedFree(_allocated);
}

/// <summary>A region would have 2^31 numbers or more.</summary>
public sealed class RegionFullException : InvalidOperationException
{
    internal RegionFullException(string tensor, long length)
        : base($"with tensor '{tensor}' of {length:N0} numbers a region of memory would have more than it can: 2^31") { }
}
