using System.Diagnostics;

namespace Etalon.Schedules.Tests.Export;

/// <summary>
/// A Python that runs exported modules: Debian's, which has PyTorch and NumPy where they are installed as packages, or the first on the
/// path.
/// </summary>
internal static class Python
{
    private const int MillisecondsAllowed = 120_000;

    private static readonly string _interpreter = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    /// <summary>Skips the test, saying why, where a Python module is missing.</summary>
    public static void Need(string module) =>
        Assert.SkipUnless(Has(module), $"{_interpreter} has no module {module}, which this test runs the exported code with");

    private static bool Has(string module)
    {
        try
        {
            return Start(["-c", $"import importlib.util as i; exit(i.find_spec('{module}') is None)"], Path.GetTempPath()).ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no Python at all
        }
    }

    /// <summary>Runs a script, in a folder where it also finds modules, and returns what it prints.</summary>
    public static string Run(string script, string folder, params string[] arguments)
    {
        var (exitCode, output, error) = Start([script, .. arguments], folder);
        Assert.True(exitCode == 0, $"{Path.GetFileName(script)} failed:\n{output}\n{error}");
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(IEnumerable<string> arguments, string folder)
    {
        var start = new ProcessStartInfo(_interpreter, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true
        };
        start.Environment["PYTHONPATH"] = folder;
        start.Environment["PYTHONDONTWRITEBYTECODE"] = "1";
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(MillisecondsAllowed))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"Python ran for more than {MillisecondsAllowed / 1000} s");
        }
        return (process.ExitCode, output.Result, error.Result);
    }
}
