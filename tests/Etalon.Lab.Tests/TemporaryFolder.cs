namespace Etalon.Lab.Tests;

/// <summary>A new folder, removed at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("etalon-data-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
