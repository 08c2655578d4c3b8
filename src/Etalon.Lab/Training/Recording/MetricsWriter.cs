using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>
/// Appends a run's metrics to metrics.jsonl, one JSON object a line. The line of step t is written after update t (0-based): with training
/// metrics, means over the updates since the line before and the numbers that update t used; with what the monitors measured at update t;
/// or with test metrics.
/// </summary>
internal sealed class MetricsWriter : ITrainingObserver, IDisposable
{
    private readonly FileStream _file;
    private readonly MemoryStream _line = new();
    private readonly Utf8JsonWriter _json;
    private readonly long _every;
    private double _lossSum;
    private long _correct, _labels, _timedImages, _mark = Stopwatch.GetTimestamp();
    private TimeSpan _training;
    private readonly RunLock? _held;
    private MonitorWriter? _monitors;

    /// <summary>Opens the file at a mark: what follows it, whole lines or a torn one, is cut off.</summary>
    public MetricsWriter(string path, long every, MetricsPosition from, RunLock? held = null)
    {
        _held = held;
        held?.Require();
        // Bytes go to the file a line at a time, so a reader sees whole lines but for a crash in the middle of one.
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        held?.Hold(RunFolder.MetricsName);
        _file.SetLength(from.Bytes);
        _file.Position = from.Bytes;
        (_lossSum, _correct, _labels) = (from.LossSum, from.Correct, from.Images);
        _json = new Utf8JsonWriter(_line);
        _every = every;
    }

    /// <summary>Where the file is now.</summary>
    public MetricsPosition Mark => new(_file.Position, _lossSum, _correct, _labels);

    /// <summary>Brings all lines to the disk; any thread may call it.</summary>
    public void Flush() => RandomAccess.FlushToDisk(_file.SafeFileHandle);

    public void Updated(in UpdateReport report)
    {
        _lossSum += report.Batch.LossSum;
        _correct += report.Batch.Correct;
        _labels += report.Batch.Labels;
        _timedImages += report.Batch.Images;
        _training += Stopwatch.GetElapsedTime(_mark);
        _mark = Stopwatch.GetTimestamp();
        if ((report.Step + 1) % _every == 0 || report.IsLast) WriteTraining(report);
        if (report.Monitors is { } reading) WriteMonitors(report, reading);
    }

    /// <summary>
    /// The run goes no further: the means over the updates since the last line, where there are any, become a line of their own, without
    /// what only an update knows.
    /// </summary>
    /// <param name="step">The last update done, 0-based.</param>
    /// <param name="epoch">Epochs done after it, as a fraction.</param>
    public void WriteRest(long step, double epoch)
    {
        if (_labels == 0) return;
        Begin(step, epoch);
        WriteMeans();
        End();
        (_lossSum, _correct, _labels) = (0, 0, 0);
    }

    private void WriteTraining(in UpdateReport report)
    {
        Begin(report.Step, report.Epoch);
        WriteMeans();
        _json.WriteNumber("lr", report.Numbers.Rate);
        _json.WriteNumber("weight_decay", report.Numbers.WeightDecay);
        _json.WriteNumber("momentum", report.Numbers.Momentum);
        if (report.LogScale is { } logScale) _json.WriteNumber("log_scale", logScale);
        _json.WriteNumber("images_per_second", Math.Round(_timedImages / Math.Max(_training.TotalSeconds, 1e-7), 1));
        End();
        (_lossSum, _correct, _labels, _timedImages, _training) = (0, 0, 0, 0, TimeSpan.Zero);
    }

    private void WriteMeans()
    {
        _json.WriteNumber("train/loss", _lossSum / _labels);
        _json.WriteNumber("train/accuracy", (double)_correct / _labels);
    }

    private void WriteMonitors(in UpdateReport report, MonitorReading reading)
    {
        _monitors ??= new MonitorWriter(reading.Groups);
        Begin(report.Step, report.Epoch);
        _monitors.Write(reading, _json);
        End();
    }

    public void Evaluated(in EvaluationReport report)
    {
        Begin(report.Step, report.Epoch);
        Write("test", report.TestSplit);
        if (report.Fit is { } fit) Write("fit", fit);
        End();
        // The time since the update was the evaluation's, not training's.
        _mark = Stopwatch.GetTimestamp();
    }

    private void Write(string split, SplitResult result)
    {
        if (double.IsFinite(result.Total.Loss)) _json.WriteNumber($"{split}/loss", result.Total.Loss);
        else _json.WriteString($"{split}/loss", result.Total.Loss.ToString(CultureInfo.InvariantCulture));
        _json.WriteNumber($"{split}/accuracy", result.Total.Accuracy);
        foreach (var group in result.Groups) _json.WriteNumber($"{split}/{group.Name}", group.Share);
    }

    private void Begin(long step, double epoch)
    {
        _json.WriteStartObject();
        _json.WriteNumber("step", step);
        _json.WriteNumber("epoch", epoch);
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.WriteByte((byte)'\n');
        _held?.Require();
        _file.Write(_line.GetBuffer(), 0, (int)_line.Length);
        _line.SetLength(0);
        _json.Reset();
    }

    public void Dispose()
    {
        _json.Dispose();
        _file.Dispose();
        _line.Dispose();
    }
}
