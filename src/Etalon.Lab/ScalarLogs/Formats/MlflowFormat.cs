using System.Globalization;

namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// The folder of a run of MLflow's file store: <c>metrics/KEY</c> has a line "timestamp value step" for each point, <c>params/KEY</c> a
/// value.
/// </summary>
internal sealed class MlflowFormat : LogFormat
{
    private const string Metrics = "metrics", Parameters = "params";
    private const int MostFiles = 10_000, LongestSetting = 500;

    /// <inheritdoc/>
    public override string Words => "a run of MLflow";

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head) => Directory.Exists(Path.Combine(path, Metrics));

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        var log = new ScalarLog(path, Words);
        foreach (var (key, file) in FilesOf(Path.Combine(path, Metrics))) ReadMetric(key, file, log);
        foreach (var (key, file) in FilesOf(Path.Combine(path, Parameters)))
        {
            using var reader = new StreamReader(LogText.Open(file));
            var text = new char[LongestSetting];
            log.Settings[key] = new string(text, 0, reader.ReadBlock(text)).Trim();
        }
        return log;
    }

    private static void ReadMetric(string key, string file, ScalarLog log)
    {
        long row = 0;
        // Closed at once: a run may have thousands of metrics, each a file.
        using var reader = new StreamReader(LogText.Open(file));
        foreach (var line in Files.CsvLines.Of(reader, file))
        {
            // A last line without its end may be cut off within a number.
            if (line.IsBlank || !line.IsWhole) continue;
            string[] words = line.Line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            // Files of old versions have no step: their points are in order.
            long step = row++;
            bool isWhole = words.Length is 2 or 3 && (words.Length == 2
                || (long.TryParse(words[2], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out step) && step >= 0));
            double value = double.NaN;
            bool isNumber = isWhole && (LogText.IsNotFinite(words[1])
                || NumberText.Read(words[1], out value) == NumberText.Fault.None);
            if (!isNumber) throw new InputException($"{file}:{line.Number}: must be \"timestamp value step\", as MLflow writes it");
            log.Add(key, step, value);
        }
    }

    private static IEnumerable<(string Key, string File)> FilesOf(string folder) => !Directory.Exists(folder) ? []
        : Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 8 })
            .Order(StringComparer.Ordinal).Take(MostFiles)
            .Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), file));
}
