namespace Etalon.Lab.Data;

/// <summary>How far a download is.</summary>
/// <param name="File">The name of the file being fetched.</param>
/// <param name="Received">Bytes received, those of earlier attempts included.</param>
/// <param name="Total">Bytes in all; null where the server does not say.</param>
/// <param name="Trouble">Why the last attempt ended, when another one is about to begin; null while bytes arrive.</param>
public readonly record struct DownloadProgress(string File, long Received, long? Total, string? Trouble)
{
    /// <summary>What the download waits for before it begins; null where it waits for nothing.</summary>
    public string? Waiting { get; init; }
}
