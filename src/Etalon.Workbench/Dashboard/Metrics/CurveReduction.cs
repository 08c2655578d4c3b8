namespace Etalon.Workbench.Dashboard;

/// <summary>Gathers the points of a view: as they are while they are few, else least and greatest, or the mean, of each pixel.</summary>
/// <param name="view">The view.</param>
internal sealed class CurveReduction(CurveView view)
{
    private readonly Pixel[] _pixels = new Pixel[view.Pixels + 2];
    private readonly List<double> _x = [];
    private readonly List<float> _y = [];
    private bool _isReduced = view.AreMeans;
    private (double X, float Y)? _first, _last;

    /// <summary>Adds a point.</summary>
    public void Add(double x, double value)
    {
        AddPoint(x, (float)value);
        AddEnd(x, (float)value);
        if (!double.IsNaN(value)) AddTo(x, (float)value, x, (float)value, value, 1);
    }

    /// <summary>Adds a block's summary.</summary>
    /// <param name="begin">The updates done after the block's first.</param>
    /// <param name="entry">The summary.</param>
    public void Add(double begin, in BlockSummary entry)
    {
        if (entry.Count == 0)
        {
            AddPoint(begin + entry.LastAt, float.NaN);
            return;
        }
        AddEnd(begin + entry.LastAt, entry.Last);
        var (low, high) = (begin + entry.MinAt, begin + entry.MaxAt);
        if (entry.Count == 1) AddPoint(low, entry.Min);
        else _isReduced = true;
        AddTo(low, entry.Min, high, entry.Max, entry.Sum, entry.Count);
    }

    /// <summary>The curve.</summary>
    public Curve ToCurve()
    {
        if (!_isReduced) return Sorted([.. _x], [.. _y], isReduced: false);
        var (x, y) = (new List<double>(2 * _pixels.Length), new List<float>(2 * _pixels.Length));
        for (int i = 0; i < _pixels.Length; i++)
        {
            var pixel = _pixels[i];
            if (pixel.Count == 0) continue;
            if (view.AreMeans)
            {
                if (i == 0 || i == _pixels.Length - 1) continue;
                x.Add(view.Middle(i - 1));
                y.Add((float)(pixel.Sum / pixel.Count));
                continue;
            }
            bool isMinFirst = pixel.MinAt <= pixel.MaxAt;
            x.Add(isMinFirst ? pixel.MinAt : pixel.MaxAt);
            y.Add(isMinFirst ? pixel.Min : pixel.Max);
            if (pixel.MinAt == pixel.MaxAt) continue;
            x.Add(isMinFirst ? pixel.MaxAt : pixel.MinAt);
            y.Add(isMinFirst ? pixel.Max : pixel.Min);
        }
        if (!view.AreMeans)
            foreach (var end in (ReadOnlySpan<(double X, float Y)?>)[_first, _last])
                if (end is { } point && !x.Contains(point.X))
                {
                    x.Add(point.X);
                    y.Add(point.Y);
                }
        return Sorted([.. x], [.. y], isReduced: true);
    }

    // The first and the last value inside the picture are told as such, and are seldom extremes.
    private void AddEnd(double x, float value)
    {
        // An edge itself is inside, whatever a logarithm rounds it to.
        if (float.IsNaN(value) || view.At(x) is not (>= -1e-6 and var at) || at > view.Pixels + 1e-6) return;
        if (_first is not { } first || x < first.X) _first = (x, value);
        if (_last is not { } last || x >= last.X) _last = (x, value);
    }

    private void AddPoint(double x, float value)
    {
        if (_isReduced) return;
        if (_x.Count >= view.MostPoints)
        {
            _isReduced = true;
            return;
        }
        _x.Add(x);
        _y.Add(value);
    }

    // What lies beyond an edge leads the line to it: one pixel more at each side.
    private void AddTo(double low, float min, double high, float max, double sum, int count)
    {
        double at = view.At((low + high) / 2);
        ref var pixel = ref _pixels[(int)Math.Clamp(Math.Floor(at), -1, view.Pixels) + 1];
        if (pixel.Count == 0 || min < pixel.Min) (pixel.Min, pixel.MinAt) = (min, low);
        if (pixel.Count == 0 || max > pixel.Max) (pixel.Max, pixel.MaxAt) = (max, high);
        pixel.Sum += sum;
        pixel.Count += count;
    }

    private static Curve Sorted(double[] x, float[] y, bool isReduced)
    {
        for (int i = 1; i < x.Length; i++)
        {
            if (x[i] >= x[i - 1]) continue;
            Array.Sort(x, y);
            break;
        }
        return new Curve(x, y, isReduced);
    }

    private struct Pixel
    {
        public double MinAt, MaxAt, Sum;
        public float Min, Max;
        public long Count;
    }
}
