using System.ComponentModel;
using System.Diagnostics;

namespace Etalon.Workbench.Commands;

/// <summary>The user's browser.</summary>
internal static class Browser
{
    /// <summary>Opens a page in it; where there is none, says so.</summary>
    public static void Open(string address, TextWriter error)
    {
        try
        {
            var start = OperatingSystem.IsWindows() ? new ProcessStartInfo(address) { UseShellExecute = true }
                : new ProcessStartInfo(OperatingSystem.IsMacOS() ? "open" : "xdg-open", [address])
                {
                    RedirectStandardOutput = true,
                    RedirectStandardError = true,
                };
            using var process = Process.Start(start);
        }
        catch (Exception exception) when (exception is Win32Exception or InvalidOperationException)
        {
            error.WriteLine($"note: no browser could be opened ({exception.Message}); open the address above in one");
        }
    }
}
