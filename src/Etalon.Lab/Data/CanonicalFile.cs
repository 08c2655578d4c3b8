namespace Etalon.Lab.Data;

/// <summary>One file of a data set, as its authors published it. Everything here is known beforehand, so that no header has to be believed.</summary>
/// <param name="Name">The file's name without .gz.</param>
/// <param name="Content">What the bytes are.</param>
/// <param name="Length">The uncompressed length in bytes.</param>
/// <param name="Tests">Whether the images belong to the test split.</param>
/// <param name="First">The place of the file's first image in its split.</param>
/// <param name="Count">The number of images (or labels) in the file.</param>
/// <param name="Sha256">
/// The SHA-256 of the uncompressed bytes in lower-case hexadecimal; null where only the archive's is known, so that the structure alone is checked.
/// </param>
internal sealed record CanonicalFile(
    string Name, FileContent Content, int Length, bool Tests, int First, int Count, string? Sha256);
