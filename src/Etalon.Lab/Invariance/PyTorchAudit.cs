using Etalon.Lab.Files;

namespace Etalon.Lab.Invariance;

/// <summary>
/// The Python module that finds which weights of a network of PyTorch are scale-invariant. It needs PyTorch and nothing of Etalon.
/// </summary>
internal static class PyTorchAudit
{
    private const string FileName = "etalon_audit.py";

    /// <summary>Writes the module.</summary>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(TextWriter writer) => EmbeddedModule.Write(FileName, writer);
}
