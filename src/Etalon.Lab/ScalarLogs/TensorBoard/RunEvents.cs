using Etalon.Lab.Files;
using Etalon.Lab.Runs;

namespace Etalon.Lab.ScalarLogs;

/// <summary>
/// A run's metrics as events of TensorBoard, while it trains or afterwards: a file for each time that the run is begun or resumed, the
/// later of which takes back what the earlier ones have from its first update on.
/// </summary>
internal sealed class RunEvents : IDisposable
{
    private const string Prefix = "events.out.tfevents.";

    private readonly string _metrics;
    private readonly EventFileWriter _events;
    private readonly long _first;
    private MetricsReader? _reader;

    private RunEvents(string metrics, EventFileWriter events, long first) => (_metrics, _events, _first) = (metrics, events, first);

    /// <summary>Opens a new event file.</summary>
    /// <param name="metrics">The run's metrics.jsonl, which need not be there yet.</param>
    /// <param name="folder">The folder of the event files; it is made.</param>
    /// <param name="first">The first update that the run trains now; where the folder has no events yet, all are written.</param>
    /// <param name="time">The time, in seconds since 1970.</param>
    /// <exception cref="InputException">The folder cannot be written.</exception>
    public static RunEvents Open(string metrics, string folder, long first, Func<double> time)
    {
        RunEvents? opened = null;
        FolderToWrite.Make(folder, "name another folder for the events", () =>
        {
            Directory.CreateDirectory(folder);
            int before = Directory.GetFiles(folder, Prefix + "*").Length;
            var events = new EventFileWriter(Path.Combine(folder, $"{Prefix}{before:D10}.etalon"), time);
            if (before > 0) events.Start(first);
            opened = new RunEvents(metrics, events, before > 0 ? first : 0);
        });
        return opened!;
    }

    /// <summary>Writes what the run has logged since the last call.</summary>
    public void CatchUp()
    {
        _reader ??= MetricsReader.Open(_metrics);
        bool isNew = false;
        while (_reader?.Next() == true)
        {
            if (_reader.Step() is not { } step || step < _first) continue;
            _events.Scalars(step, Scalars(_reader));
            isNew = true;
        }
        if (isNew) _events.Flush();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader?.Dispose();
        _events.Dispose();
    }

    private static IEnumerable<(string, double)> Scalars(MetricsReader line)
    {
        for (int place = 0; place < line.Count; place++)
            if (line.Name(place) != "step" && line.Value(place) is var value && double.IsFinite(value))
                yield return (line.Name(place), value);
    }
}
