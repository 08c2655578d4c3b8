using Etalon.Lab.Data;

namespace Etalon.Workbench.Commands;

/// <summary>Draws a download: one line that is rewritten on a terminal, a line for each file and each failed attempt elsewhere.</summary>
internal sealed class DownloadDisplay(TextWriter output, bool isTerminal) : IProgress<DownloadProgress>
{
    private const double Megabyte = 1e6;

    private string _drawn = "";
    private string _file = "";

    /// <inheritdoc/>
    public void Report(DownloadProgress value)
    {
        if (value.Waiting is { } waiting)
        {
            output.WriteLine($"{value.File}: {waiting}");
            return;
        }
        if (value.Trouble is { } trouble)
        {
            output.WriteLine($"{(isTerminal && _drawn.Length > 0 ? Environment.NewLine : "")}{value.File}: {trouble} Trying again.");
            _drawn = "";
            return;
        }
        if (isTerminal)
            Draw(value);
        else if (_file != value.File)
            output.WriteLine($"fetching {value.File}{(value.Total is { } total ? $", {total / Megabyte:F1} MB" : "")}");
        _file = value.File;
    }

    private void Draw(DownloadProgress value)
    {
        var line = value.Total is { } total
            ? $"{value.File}  {value.Received / Megabyte,6:F1} of {total / Megabyte:F1} MB  {100 * value.Received / total,3}%"
            : $"{value.File}  {value.Received / Megabyte,6:F1} MB";
        if (line == _drawn) return;
        // Blanks cover what a longer line left behind.
        output.Write($"\r{line.PadRight(_drawn.Length)}");
        _drawn = line;
        if (value.Received != value.Total) return;
        output.WriteLine();
        _drawn = "";
    }
}
