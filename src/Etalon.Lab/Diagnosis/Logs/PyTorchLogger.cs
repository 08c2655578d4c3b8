using Etalon.Lab.Files;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// The Python module that logs what <c>diagnose</c> reads, from any loop that trains with SGD, Adam, AdamW, Lion, Signum or Muon. It
/// needs PyTorch and nothing of Etalon.
/// </summary>
internal static class PyTorchLogger
{
    /// <summary>What the module is called where a file's name is not given.</summary>
    public const string FileName = "etalon_logger.py";

    /// <summary>Writes the module.</summary>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(TextWriter writer) => EmbeddedModule.Write(FileName, writer);
}
