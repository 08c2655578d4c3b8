namespace Etalon.Lab.ScalarLogs;

/// <summary>A format of logs: how it is recognized by its content, and how it is read.</summary>
internal abstract class LogFormat
{
    private const int MostSearched = 1000;

    /// <summary>All formats, those that can be told most surely first.</summary>
    public static IReadOnlyList<LogFormat> All { get; } =
    [
        new TensorBoardFormat(), new HuggingFaceFormat(), new MlflowFormat(), new WandbFormat(), new LightningFormat(),
        new JsonLinesFormat(), new CsvFormat(),
    ];

    /// <summary>What it is, in words, such as "a log of TensorBoard".</summary>
    public abstract string Words { get; }

    /// <summary>Whether a log may have several runs, one of which must be chosen.</summary>
    public virtual bool HasRuns => false;

    /// <summary>Whether a file or folder is of this format, by its content alone.</summary>
    /// <param name="path">The file or folder; it exists.</param>
    /// <param name="head">The beginning of the file as text, its first line whole; empty for a folder.</param>
    public abstract bool Recognizes(string path, string head);

    /// <summary>Reads it.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="run">Which of several runs; null for the only one.</param>
    /// <exception cref="InputException">It cannot be read, with the place.</exception>
    public abstract ScalarLog Read(string path, string? run);

    /// <summary>The format of a file or folder; null where it is none of them.</summary>
    /// <exception cref="InputException">There is no such file or folder, or it cannot be read.</exception>
    public static LogFormat? Of(string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path)) throw new InputException($"{path}: no such file or folder; give a log");
        return Guarded(path, () =>
        {
            string head = Directory.Exists(path) ? "" : LogText.Head(path);
            return All.FirstOrDefault(format => format.Recognizes(path, head));
        });
    }

    /// <summary>Reads a log of any format.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="run">Which of several runs; null for the only one.</param>
    /// <exception cref="InputException">It is none, or cannot be read.</exception>
    public static ScalarLog ReadAny(string path, string? run = null)
    {
        var format = Of(path) ?? throw new InputException(Within(path) is { Count: > 0 } within
            ? $"{path}: is no log itself, but has some; give one of them: {string.Join(", ", within)}"
            : $"{path}: is no log that etalon knows: TensorBoard, trainer_state.json of Hugging Face, Lightning's metrics.csv, exports of "
            + $"W&B, "
            + "folders of MLflow, JSON lines, or a CSV with a column step or epoch");
        if (run is not null && !format.HasRuns)
            throw new InputException($"--run {run}: {path} is {format.Words}, which has one run; leave the option out");
        return Guarded(path, () => format.Read(path, run).Settled());
    }

    /// <summary>The first logs among the folders within a folder: checkpoints, versions, runs of an experiment.</summary>
    public static IReadOnlyList<string> Within(string path) => !Directory.Exists(path) ? [] :
    [
        .. Directory.EnumerateDirectories(path, "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })
            .Take(MostSearched).Where(folder => All.Any(format => format.Recognizes(folder, ""))).Order(StringComparer.Ordinal).Take(8),
    ];

    private static T Guarded<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {exception.Message}");
        }
    }
}
