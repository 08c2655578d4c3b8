namespace Etalon.Lab.Data;

/// <summary>One file to fetch.</summary>
/// <param name="Address">Where it is published.</param>
/// <param name="Part">The file that receives the bytes, and keeps them between attempts.</param>
/// <param name="Length">Its length in bytes where it is known beforehand.</param>
/// <param name="Limit">The most bytes that are accepted.</param>
internal sealed record FetchRequest(Uri Address, string Part, long? Length, long Limit)
{
    /// <summary>The file's name, for messages.</summary>
    internal string Name => Path.GetFileName(Address.AbsolutePath);
}
