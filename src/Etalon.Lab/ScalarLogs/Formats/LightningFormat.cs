namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// metrics.csv of Lightning's CSVLogger: a row for each call of log, so that a step may stand in several rows with other cells; the later
/// cell counts.
/// </summary>
internal sealed class LightningFormat : LogFormat
{
    private const string FileName = "metrics.csv", Beside = "hparams.yaml";

    /// <inheritdoc/>
    public override string Words => "a metrics.csv of Lightning";

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head)
    {
        if (Directory.Exists(path)) return File.Exists(Path.Combine(path, FileName));
        var header = QuotedRows.Header(head);
        return header.Contains("step") && header.Contains("epoch")
            && (Path.GetFileName(path) == FileName || File.Exists(Path.Combine(Path.GetDirectoryName(path) ?? "", Beside)));
    }

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        string file = Directory.Exists(path) ? Path.Combine(path, FileName) : path;
        var log = new ScalarLog(file, Words);
        CsvFormat.ReadInto(log, file, QuotedRows.Header(LogText.Head(file)), "step");
        return log;
    }
}
