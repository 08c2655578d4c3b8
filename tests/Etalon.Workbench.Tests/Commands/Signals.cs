using System.Globalization;

namespace Etalon.Workbench.Tests.Commands;

/// <summary>Signals that this process ignores are ignored by every process that it starts.</summary>
internal static class Signals
{
    private static readonly Dictionary<string, int> _numbers = new() { ["HUP"] = 1, ["INT"] = 2, ["TERM"] = 15 };

    /// <summary>Skips the test where a signal, HUP, INT or TERM, would not reach a child.</summary>
    public static void SkipIfIgnored(string signal) => SkipIfIgnored(_numbers[signal]);

    /// <summary>Skips the test where a signal would not reach a child.</summary>
    public static void SkipIfIgnored(int signal)
    {
        if (IsIgnored(signal))
            Assert.Skip(
                $"signal {signal} is ignored by this process, as under nohup or in a script's background, and so by every process that "
                + $"it starts");
    }

    private static bool IsIgnored(int signal)
    {
        const string Status = "/proc/self/status", Ignored = "SigIgn:";
        if (!File.Exists(Status)) return false;
        string mask = File.ReadLines(Status).First(line => line.StartsWith(Ignored, StringComparison.Ordinal))[Ignored.Length..];
        return (ulong.Parse(mask, NumberStyles.HexNumber | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture) >> (signal - 1)
            & 1) != 0;
    }
}
