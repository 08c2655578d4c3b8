using Etalon.Engine;

namespace Etalon.Workbench.Options;

/// <summary>How many threads compute, from what <see cref="CommonOptions.Threads"/> was given.</summary>
internal static class ThreadCount
{
    private const string ProcessorList = "/proc/cpuinfo";

    /// <summary>
    /// As many as given; all processors where none are, which ranks of one run on this machine share unless their launcher has divided
    /// them already.
    /// </summary>
    public static int Of(int? given) =>
        given ?? Math.Clamp(Installed() / MpiCommunicator.RanksOnThisMachine, 1, Environment.ProcessorCount);

    // .NET counts those that the process may use, of which the launcher may have left it one.
    private static int Installed() => MpiCommunicator.RanksOnThisMachine > 1 && File.Exists(ProcessorList)
        ? File.ReadLines(ProcessorList).Count(line => line.StartsWith("processor", StringComparison.Ordinal))
        : Environment.ProcessorCount;

    /// <summary>As many as given, at most as many as there is work for; where that is fewer, a note on standard error.</summary>
    /// <param name="given">The option's value; null for all processors.</param>
    /// <param name="most">As many as there is work for.</param>
    /// <param name="work">What cannot be divided among more, with its verb: "a batch of 8 images is cut".</param>
    /// <param name="error">Where the note is written.</param>
    public static int Of(int? given, int most, string work, TextWriter error)
    {
        int asked = Of(given);
        if (given > most) error.WriteLine($"note: --threads {given}: {most} compute; {work} into no more parts");
        return Math.Min(asked, most);
    }

    /// <summary>The same for batches of so many images.</summary>
    public static int ForBatches(int? given, int batch, TextWriter error) =>
        Of(given, BatchChunks.Of(batch), $"a batch of {batch} is cut", error);
}
