using Etalon.Lab.Runs;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>Which logs have no columns that a diagnosis reads, so that only their schedule can be told.</summary>
internal static class ForeignLog
{
    /// <summary>Whether a file or folder is a log of another tool without norms of weights.</summary>
    /// <param name="path">The file or folder; it exists.</param>
    public static bool Is(string path)
    {
        if (Directory.Exists(path)) return !File.Exists(Path.Combine(path, RunFolder.ResolvedName)) && LogFormat.Of(path) is not null;
        return LogFormat.Of(path) is { } format
            && !(format is CsvFormat or WandbFormat or LightningFormat && HasGroupsOrSteps(path, format));
    }

    // A plain CSV by update is a log of its own, unless all that it has is a rate, or nothing that a log of its own could mean: a curve
    // from TensorBoard's page has the columns Wall time, Step and Value.
    private static bool HasGroupsOrSteps(string path, LogFormat format)
    {
        var header = QuotedRows.Header(LogText.Head(path));
        return header.Any(name => ColumnAliases.Of(name) is { } known && LogColumns.GroupOf(known.Name) is not null)
            || (format is CsvFormat && SeriesNames.StepOf(header) is { } step && !SeriesNames.HasRate(header)
                && header.Any(name => name != step && (ColumnAliases.Of(name) is not null || ColumnAliases.Near(name) is not null)));
    }
}
