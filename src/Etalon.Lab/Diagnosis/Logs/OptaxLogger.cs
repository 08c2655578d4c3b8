using Etalon.Lab.Files;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// The Python module that logs what <c>diagnose</c> reads, from any loop that trains with Optax. It needs JAX and Optax, and nothing of
/// Etalon.
/// </summary>
internal static class OptaxLogger
{
    /// <summary>Writes the module.</summary>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(TextWriter writer) => EmbeddedModule.Write("etalon_optax_logger.py", writer);
}
