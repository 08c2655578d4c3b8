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
    public override bool HasRuns => true;

    /// <inheritdoc/>
    public override bool Recognizes(string path, string head) => Directory.Exists(path) ? FilesOf(path).Any() : EventFile.IsOne(path);

    /// <inheritdoc/>
    public override ScalarLog Read(string path, string? run)
    {
        bool isFolder = Directory.Exists(path);
        var files = (isFolder ? FilesOf(path).Take(MostFiles) : [path]).Select(file => (File: file, Folder: FolderOf(file))).ToList();
        var log = new ScalarLog(path, Words);
        if (run is not null && !files.Any(each => IsOf(each.Folder, run)))
        {
            var runs = files.Select(each => each.Folder.TrimEnd('/')).Where(each => each.Length > 0).Distinct().ToList();
            throw new InputException($"{path}: has no run \"{run}\"; "
                + (runs.Count > 0 ? $"it has {string.Join(", ", runs.Take(8))}" : "it is one run; leave --run out"));
        }
        var starts = new Dictionary<string, HashSet<string>>();
        foreach (var (file, folder) in files.Where(each => run is null || IsOf(each.Folder, run)))
        {
            string prefix = run is null ? folder : folder[(run.Length + 1)..];
            if (!starts.TryGetValue(prefix, out var tags)) starts.Add(prefix, tags = []);
            ReadFile(file, prefix, log, tags);
        }
        if (starts.Count > 1) log.Runs = [.. starts.Keys.Where(folder => folder.Length > 0).Select(folder => folder.TrimEnd('/'))];
        log.IsByEpoch = IsOfKeras(log);
        if (log.Series.Values.Any(series => series.Points.Count > 1 && series.Points.All(point => point.Step == 0)))
            throw new InputException(
                $"{path}: several numbers of a tag have all the step 0, as add_scalar writes where global_step is left out; pass it, since "
                + "without it nothing is known of when");
        return log;

        string FolderOf(string file)
        {
            string at = isFolder ? Path.GetRelativePath(path, Path.GetDirectoryName(file)!) : ".";
            return at == "." ? "" : at.Replace('\\', '/') + "/";
        }
    }

    private static bool IsOf(string folder, string run) => folder.StartsWith(run + "/", StringComparison.Ordinal);

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
                log.Add(prefix + tag, read.Step, value);
                tags.Add(prefix + tag);
            }
        }
    }

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, FileName, new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 3 })
            .Order(StringComparer.Ordinal);

    // Keras counts epochs, under tags of their own. A log by updates may have such a tag beside its rates, which then go on for longer.
    private static bool IsOfKeras(ScalarLog log)
    {
        long epochs = log.Series.Where(series => series.Key[(series.Key.LastIndexOf('/') + 1)..] is "epoch_loss" or "epoch_learning_rate")
            .SelectMany(series => series.Value.Points).Select(point => point.Step).DefaultIfEmpty(-1).Max();
        return epochs >= 0 && log.Series.Where(series => SeriesNames.HasRate([series.Key]))
            .All(series => series.Value.Points.All(point => point.Step <= epochs));
    }
}
