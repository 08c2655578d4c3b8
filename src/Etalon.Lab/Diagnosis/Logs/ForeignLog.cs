using Etalon.Lab.Runs;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>Which logs have no columns that a diagnosis reads, so that only their schedule can be told.</summary>
internal static class ForeignLog
{
    /// <summary>Whether a file or folder is a log of another tool without norms of weights.</summary>
    /// <param name="path">The file or folder; it exists.</param>
    /// <param name="isAsked">Whether its decay, its optimizer or its names are said beside it, as only such a log takes them.</param>
    public static bool Is(string path, bool isAsked = false)
    {
        // A folder that only holds logs is none; to say which there are is up to who reads it.
        if (Directory.Exists(path))
            return !File.Exists(Path.Combine(path, RunFolder.ResolvedName))
                && (LogFormat.Of(path) is not null || LogFormat.Within(path).Count > 0);
        return LogFormat.Of(path) is { } format
            && !(format is CsvFormat or WandbFormat or LightningFormat && HasGroupsOrSteps(path, format, isAsked));
    }

    // A plain CSV by update is a log of its own, unless all that it has is a rate, or nothing that a log of its own could mean: a curve
    // that TensorBoard's page wrote has the columns Wall time, Step and Value. The norm of the whole gradient, which most tools log, makes
    // only a plain CSV one that says how the run was updated: what a clip does depends on the optimizer.
    private static bool HasGroupsOrSteps(string path, LogFormat format, bool isAsked)
    {
        var header = QuotedRows.Header(LogText.Head(path));
        // Rates of parameter groups, as lr/pg0, are no norms.
        string[] known = [.. header.Select(name => ColumnAliases.Of(name)?.Name ?? name)];
        bool saysHow = known.Any(name => name is "weight_decay" or "momentum" or ScalarLog.Optimizer);
        return known.Any(name => LogColumns.GroupOf(name) is { } group && !LogColumns.IsRateOrDecay(name)
                && (group != LogGroup.Everything || (format is CsvFormat && saysHow && !isAsked)))
            || (format is CsvFormat && SeriesNames.StepOf(header) is { } step && !SeriesNames.HasRate(header)
                && header.Any(name => name != step && (ColumnAliases.Of(name) is not null || ColumnAliases.Near(name) is not null)));
    }
}
