using System.Diagnostics;
using System.Text;

namespace Etalon.Workbench.Commands;

/// <summary>Another process of this etalon that trains.</summary>
internal sealed class ChildProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.ErrorDataReceived += (_, line) => Hear(line.Data);
        _process.OutputDataReceived += (_, _) => { };
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    /// <summary>Ends when training begins, or the process without it.</summary>
    public Task Begun => _begun.Task;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>The words that start this etalon.</summary>
    public static IReadOnlyList<string> Self
    {
        get
        {
            string self = Environment.ProcessPath ?? throw new InvalidOperationException("the path of this process is not known");
            string library = Path.Combine(AppContext.BaseDirectory, "etalon.dll");
            // Under `dotnet etalon.dll` the process is dotnet; a published etalon is a program of its own.
            return Path.GetFileNameWithoutExtension(self) != "etalon" && File.Exists(library) ? ["dotnet", library] : [self];
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="words">What stands after <c>etalon</c>.</param>
    public static ChildProcess Start(IEnumerable<string> words)
    {
        string[] self = [.. Self];
        var start = new ProcessStartInfo(self[0]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string word in self.Skip(1).Concat(words)) start.ArgumentList.Add(word);
        return new ChildProcess(start);
    }

    /// <summary>Ends it at once, as a power cut would: SIGKILL on Unix.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code, and what it said on standard error.</returns>
    public async Task<(int Code, string Said)> End(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        lock (_said) return (_process.ExitCode, _said.ToString());
    }

    private void Hear(string? line)
    {
        // The end of the stream, and the line with which training begins.
        if (line is null || line.Contains(" updates ", StringComparison.Ordinal)) _begun.TrySetResult();
        lock (_said) _said.AppendLine(line);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            // Until then it writes to its folder.
            _process.WaitForExit();
        }
        _process.Dispose();
    }
}
