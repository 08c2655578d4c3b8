namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// TensorBoard's event files, of PyTorch, Hugging Face, Lightning, Keras or JAX: one file, or a folder that is one run. Subfolders such as
/// train and validation give their names to the tags.
/// </summary>
internal sealed class TensorBoardFormat : LogFormat
{
    private const string FileName = "*tfevents*";
    private const int MostFiles = 10_000;

    /// <inheritdoc/>
    public override string Words => "a log of TensorBoard";

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head) => Directory.Exists(path) ? FilesOf(path).Any() : EventFile.IsOne(path);

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        var files = Directory.Exists(path) ? FilesOf(path).Take(MostFiles).ToList() : [path];
        var log = new ScalarLog(path, Words)
        {
            IsByEpoch = files.Count > 0 && IsOfKeras(files),
        };
        var starts = new Dictionary<string, HashSet<string>>();
        foreach (var file in files)
        {
            string folder = Directory.Exists(path) ? Path.GetRelativePath(path, Path.GetDirectoryName(file)!) : ".";
            string prefix = folder == "." ? "" : folder.Replace('\\', '/') + "/";
            if (!starts.TryGetValue(prefix, out var tags)) starts.Add(prefix, tags = []);
            ReadFile(file, prefix, log, tags);
        }
        if (log.Series.Values.Any(series => series.Points.Count > 1 && series.Points.All(point => point.Step == 0)))
            throw new InputException(
                $"{path}: several numbers of a tag have all the step 0, as add_scalar writes where global_step is left out; pass it, since "
                + "without it nothing is known of when");
        return log;
    }

    private static void ReadFile(string file, string prefix, ScalarLog log, HashSet<string> tags)
    {
        long record = 0;
        foreach (var bytes in EventFile.Records(file))
        {
            record++;
            Event read;
            try
            {
                read = Event.Read(bytes);
            }
            catch (FormatException exception)
            {
                throw new InputException($"{file}: record {record} is no event of TensorBoard: {exception.Message}");
            }
            // A run that was resumed: what the stopped one had logged from there on is no part of it.
            if (read.IsStart)
                foreach (var tag in tags) log.Series[tag].CutFrom(read.Step);
            if (read.Step < 0) continue;
            foreach (var (tag, value) in read.Scalars)
            {
                if (!double.IsFinite(value)) continue;
                log.Add(prefix + tag, read.Step, value);
                tags.Add(prefix + tag);
            }
        }
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, FileName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 })
            .Order(StringComparer.Ordinal);

    // Keras counts epochs, under tags of their own.
    private static bool IsOfKeras(List<string> files)
    {
        foreach (var bytes in files.SelectMany(file => EventFile.Records(file).Take(20)))
        {
            try
            {
                if (Event.Read(bytes).Scalars.Any(scalar => scalar.Tag.StartsWith("epoch_", StringComparison.Ordinal))) return true;
            }
            catch (FormatException)
            {
                return false;
            }
        }
        return false;
    }
}
