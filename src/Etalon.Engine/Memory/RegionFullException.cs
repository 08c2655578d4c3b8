namespace Etalon.Engine.Memory;

/// <summary>A region would have 2^31 numbers or more.</summary>
public sealed class RegionFullException : InvalidOperationException
{
    internal RegionFullException(string tensor, long length)
        : base($"with tensor '{tensor}' of {length:N0} numbers a region of memory would have more than it can: 2^31") { }
}
