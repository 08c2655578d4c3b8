namespace Etalon.Lab.ScalarLogs;

/// <summary>What some other tool logged of a run: named numbers by step, whatever the format was.</summary>
internal sealed class ScalarLog
{
    /// <summary>More points than any run needs; what has more is no log of scalars.</summary>
    public const long MostPoints = 4_000_000;

    /// <summary>The setting that names the update rule, as the tool calls it.</summary>
    public const string Optimizer = "optimizer";

    private readonly OrderedDictionary<string, ScalarSeries> _series = [];
    private long _points;

    /// <param name="source">The file or folder, for messages.</param>
    /// <param name="format">What it is, in words.</param>
    public ScalarLog(string source, string format) => (Source, Format) = (source, format);

    /// <summary>The file or folder, or what its owner calls it.</summary>
    public string Source { get; set; }

    /// <summary>The format, in words.</summary>
    public string Format { get; }

    /// <summary>Whether steps are epochs: then their length in updates must be known before anything is.</summary>
    public bool IsByEpoch { get; set; }

    /// <summary>The runs of which it holds the series, where they are several and none was chosen; empty else.</summary>
    public IReadOnlyList<string> Runs { get; set; } = [];

    /// <summary>The series by name, in the order in which they came.</summary>
    public IReadOnlyDictionary<string, ScalarSeries> Series => _series;

    /// <summary>Settings that stand beside the metrics, such as weight_decay.</summary>
    public Dictionary<string, string> Settings { get; } = [];

    /// <summary>What was odd and was read all the same.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The names under which the log has rows, but no finite number; known once it is settled.</summary>
    public IReadOnlyList<string> WithoutNumbers { get; private set; } = [];

    /// <summary>Adds a point; a value that is not finite is no point, but is counted.</summary>
    /// <exception cref="InputException">There are too many.</exception>
    public void Add(string name, long step, double value)
    {
        if (++_points > MostPoints)
            throw new InputException($"{Source}: has more than {MostPoints:#,0} numbers; export fewer rows, or fewer metrics");
        if (!_series.TryGetValue(name, out var series)) _series.Add(name, series = new ScalarSeries());
        series.Add(step, value);
    }

    /// <summary>The log, if it has any number; each series in the order of its steps, of two points of a step the later one.</summary>
    /// <exception cref="InputException">It has none.</exception>
    public ScalarLog Settled()
    {
        foreach (var series in _series.Values) series.Settle();
        WithoutNumbers = [.. _series.Where(each => each.Value.Points.Count == 0).Select(each => each.Key)];
        foreach (string name in WithoutNumbers) _series.Remove(name);
        // Keras counts epochs from 0, Ultralytics from 1; a log without its first row is the rarer case.
        if (IsByEpoch && _series.Count > 0 && _series.Values.Min(series => series.Points[0].Step) == 1)
        {
            foreach (var series in _series.Values) series.Advance();
            Warnings.Add($"{Source}: its epochs are counted from 1, so that a row of epoch 1 is taken for the first one");
        }
        if (_series.Count > 0) return this;
        throw new InputException($"{Source}: is {Format} without any number" + (WithoutNumbers.Count > 0
            ? $": what stands under {WithoutNumbers[0]} is none; numbers are written as in 0.001 or 1e-3"
            : "; give one of a run that has begun"));
    }
}

/// <summary>A number by step.</summary>
internal sealed class ScalarSeries
{
    private readonly List<long> _notFinite = [];
    private List<(long Step, double Value)> _points = [];

    /// <summary>The points, ascending by step once the log is settled.</summary>
    public IReadOnlyList<(long Step, double Value)> Points => _points;

    /// <summary>The steps whose value is no finite number, ascending once the log is settled.</summary>
    public IReadOnlyList<long> NotFinite => _notFinite;

    /// <summary>Adds a point.</summary>
    public void Add(long step, double value)
    {
        if (double.IsFinite(value)) _points.Add((step, value));
        else _notFinite.Add(step);
    }

    /// <summary>Takes away what a run that was restarted at a step had logged from there on.</summary>
    public void CutFrom(long step)
    {
        _points.RemoveAll(point => point.Step >= step);
        _notFinite.RemoveAll(each => each >= step);
    }

    /// <summary>Takes each point, once they are ordered, for one of the step before.</summary>
    public void Advance()
    {
        _points = [.. _points.Select(point => (point.Step - 1, point.Value))];
        for (int i = 0; i < _notFinite.Count; i++) _notFinite[i] = Math.Max(0, _notFinite[i] - 1);
    }

    /// <summary>Orders the points; of several with a step the one that came last stays.</summary>
    public void Settle()
    {
        var ordered = new List<(long, double)>(_points.Count);
        foreach (var point in _points.OrderBy(point => point.Step))
        {
            if (ordered.Count > 0 && ordered[^1].Item1 == point.Step) ordered[^1] = point;
            else ordered.Add(point);
        }
        _points = ordered;
        _notFinite.Sort();
    }
}
