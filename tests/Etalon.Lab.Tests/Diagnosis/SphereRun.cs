using System.Text;
using Etalon.Engine;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>
/// The toy of the theory, written without it: weights of three groups under random gradients, orthogonal to them and as large as 1/|w|,
/// updated by SGD as PyTorch has it, in float64; and its CSV log. Each fault is one property.
/// </summary>
internal sealed class SphereRun
{
    private const int Dimensions = 24;

    private static readonly string[] Quantities =
        ["norm", "gradsq", "dot", "angle", "buffer_dot", "residual", "buffer_weight", "norm1", "gradmax"];

    private readonly double[][] _weights, _buffers, _gradients, _sums;
    private readonly CounterStream[] _streams;
    private double[][] _saved = [], _slow = [];
    private bool _mixes;
    private readonly double[] _squares = [20, 63, 200];

    public SphereRun()
    {
        _weights = [.. Names.Select(_ => new double[Dimensions])];
        _buffers = [.. Names.Select(_ => new double[Dimensions])];
        _gradients = [.. Names.Select(_ => new double[Dimensions])];
        _sums = [.. Names.Select(_ => new double[Dimensions])];
        _streams = [.. Names.Select((_, i) => new CounterStream(7, "sphere", (ulong)i))];
    }

    public static IReadOnlyList<string> Names { get; } = ["conv1", "conv2", "conv3"];

    /// <summary>Updates, rate and decay of each phase.</summary>
    public (int Steps, double Rate, double Decay)[] Phases { get; init; } = [(1000, 0.1, 5e-3), (1200, 0.05, 5e-3)];

    public double Momentum { get; init; } = 0.9;

    public int Every { get; init; } = 5;

    /// <summary>Groups that do not decay.</summary>
    public string[] WithoutDecay { get; init; } = [];

    /// <summary>The norm to which the gradient of all is cut; what is logged is the gradient after it, or before.</summary>
    public double Clip { get; init; } = double.PositiveInfinity;

    public bool LogsBeforeClip { get; init; }

    /// <summary>The cosine of gradient and weights in the last group.</summary>
    public double Radial { get; init; }

    /// <summary>By how much every weight shrinks after each update.</summary>
    public double Shrink { get; init; }

    /// <summary>The decay of the first group over that of the others; the log says nothing of it.</summary>
    public double FirstDecay { get; init; } = 1;

    /// <summary>Whether the updates look ahead along the buffer; the log says heavy ball, and its residual is that of heavy ball.</summary>
    public bool Nesterov { get; init; }

    /// <summary>c of an L2 term c |w|²/2 in the loss.</summary>
    public double Penalty { get; init; }

    /// <summary>The groups that the term is of; all where none is named.</summary>
    public string[] Penalized { get; init; } = [];

    /// <summary>The update from which on the loss has the term.</summary>
    public int PenaltyFrom { get; init; }

    /// <summary>c of an L1 term c |w|_1 in the loss.</summary>
    public double Lasso { get; init; }

    /// <summary>The size to which elements of gradients are cut.</summary>
    public double ValueClip { get; init; } = double.PositiveInfinity;

    /// <summary>The norm to which each group's gradient is cut by itself.</summary>
    public double TensorClip { get; init; } = double.PositiveInfinity;

    /// <summary>The groups that are; all where none is named.</summary>
    public string[] Clipped { get; init; } = [];

    /// <summary>Whether gradients are never set to zero.</summary>
    public bool Accumulates { get; init; }

    /// <summary>Updates from one at which gradients are set to zero to the next.</summary>
    public int ClearedEvery { get; init; } = 1;

    /// <summary>The update before which weights and buffers are saved, and the one before which they are loaded again.</summary>
    public (int Saved, int Loaded) Reload { get; init; } = (-1, -1);

    /// <summary>The update before which buffers are emptied.</summary>
    public int EmptiedAt { get; init; } = -1;

    /// <summary>The update from which on the last group's gradient is 0.</summary>
    public int FrozenFrom { get; init; } = int.MaxValue;

    /// <summary>Every so many updates half of the way back to where the weights were then is gone, as Lookahead does; 0 for
    /// never.</summary>
    public int LooksAheadEvery { get; init; }

    /// <summary>Whether the log has Σ|w| and the largest element of each gradient.</summary>
    public bool LogsElements { get; init; }

    /// <summary>Whether the log has the buffer's product with the weights.</summary>
    public bool LogsBufferWeight { get; init; }

    /// <summary>The log, with the columns that are wanted.</summary>
    public string Log(Func<string, bool>? wants = null)
    {
        for (int k = 0; k < Names.Count; k++)
            for (int i = 0; i < Dimensions; i++) _weights[k][i] = 2.5 * _streams[k].NextNormal();
        string[] groups = ["scale_invariant", .. Names];
        string[] columns = ["step", "lr", "weight_decay", "momentum",
            .. groups.SelectMany(group => Quantities.Select(quantity => $"{quantity}/{group}")), "gradsq/all"];
        bool[] isWanted = [.. columns.Select(column => (LogsBufferWeight || !column.StartsWith("buffer_weight/", StringComparison.Ordinal))
            && (LogsElements || column.Split('/')[0] is not ("norm1" or "gradmax"))
            && (wants?.Invoke(column) ?? true))];
        var text = new StringBuilder();
        void Row(IEnumerable<string> cells) => text.AppendJoin(',', cells.Where((_, i) => isWanted[i])).Append('\n');
        Row(columns);
        int step = 0;
        foreach (var (steps, rate, decay) in Phases)
        {
            for (int i = 0; i < steps; i++, step++)
            {
                double[] row = Update(step, rate, decay, out double all);
                if (step % Every == 0)
                    Row([$"{step}", $"{rate:R}", $"{decay:R}", $"{Momentum:R}", .. row.Select(value => $"{value:R}"), $"{all:R}"]);
            }
        }
        return text.ToString();
    }

    private double[] Update(int step, double rate, double decay, out double all)
    {
        if (step == Reload.Saved) _saved = [.. _weights.Concat(_buffers).Select(each => (double[])each.Clone())];
        if (step == Reload.Loaded)
            foreach (var (each, now) in _saved.Zip(_weights.Concat(_buffers))) each.CopyTo(now, 0);
        for (int k = 0; step == EmptiedAt && k < Names.Count; k++) Array.Clear(_buffers[k]);
        if (LooksAheadEvery > 0 && step == 0) _slow = [.. _weights.Select(each => (double[])each.Clone())];
        _mixes = LooksAheadEvery > 0 && step % LooksAheadEvery == LooksAheadEvery - 1;
        for (int k = 0; k < Names.Count; k++) Draw(k, step);
        double norm = Math.Sqrt(_gradients.Sum(g => Product(g, g))), cut = Math.Min(1, Clip / norm);
        double logged = LogsBeforeClip ? 1 : cut;
        all = norm * norm * logged * logged;
        var sums = _weights.Select((_, k) => Apply(k, rate, decay, cut, logged)).ToArray();
        double[] whole = [.. Enumerable.Range(0, 9).Select(i => sums.Sum(each => each[i])), sums.Max(each => each[9])];
        return [.. Measured(whole), .. sums.SelectMany(Measured)];
    }

    private void Draw(int k, int step)
    {
        var (w, g) = (_weights[k], _gradients[k]);
        for (int i = 0; i < Dimensions; i++) g[i] = _streams[k].NextNormal();
        double norm = Math.Sqrt(Product(w, w)), along = Product(g, w) / (norm * norm);
        for (int i = 0; i < Dimensions; i++) g[i] = (g[i] - along * w[i]) * Math.Sqrt(_squares[k] / (Dimensions - 1)) / norm;
        if (step >= PenaltyFrom && (Penalized.Length == 0 || Penalized.Contains(Names[k])))
            for (int i = 0; i < Dimensions; i++) g[i] += Penalty * w[i];
        for (int i = 0; i < Dimensions; i++) g[i] += Lasso * Math.Sign(w[i]);
        if (step >= FrozenFrom && k == Names.Count - 1) Array.Clear(g);
        for (int i = 0; ClearedEvery > 1 && i < Dimensions; i++)
            g[i] = _sums[k][i] = step % ClearedEvery == 0 ? g[i] : _sums[k][i] + g[i];
        for (int i = 0; Accumulates && i < Dimensions; i++) g[i] = _sums[k][i] += g[i];
        for (int i = 0; i < Dimensions; i++) g[i] = Math.Clamp(g[i], -ValueClip, ValueClip);
        double whole = Clipped.Length == 0 || Clipped.Contains(Names[k]) ? Math.Sqrt(Product(g, g)) : 0;
        for (int i = 0; whole > TensorClip && i < Dimensions; i++) g[i] *= TensorClip / whole;
        if (Radial == 0 || k != Names.Count - 1) return;
        double length = Math.Sqrt(Product(g, g));
        for (int i = 0; i < Dimensions; i++) g[i] += Radial * length * w[i] / norm;
    }

    // |w|², |g|², g.w, v.g, |w|² after the update by the rule, |w|² as it then is, |w' - w|², v.w, Σ|w|, the largest |g|.
    private double[] Apply(int k, double rate, double decay, double cut, double logged)
    {
        var (w, v, g, old) = (_weights[k], _buffers[k], _gradients[k], (double[])_weights[k].Clone());
        double own = WithoutDecay.Contains(Names[k]) ? 0 : k == 0 ? decay * FirstDecay : decay;
        double bufferDot = Product(v, g), bufferWeight = Product(v, w);
        double expected = 0;
        for (int i = 0; i < Dimensions; i++)
        {
            double given = cut * g[i] + own * w[i];
            v[i] = Momentum * v[i] + given;
            expected += (w[i] - rate * v[i]) * (w[i] - rate * v[i]);
            w[i] -= rate * (Nesterov ? given + Momentum * v[i] : v[i]);
        }
        for (int i = 0; i < Dimensions; i++) w[i] *= 1 - Shrink;
        for (int i = 0; _mixes && i < Dimensions; i++) w[i] = _slow[k][i] += 0.5 * (w[i] - _slow[k][i]);
        double[] moved = [.. w.Zip(old, (now, before) => now - before)];
        return [Product(old, old), logged * logged * Product(g, g), logged * Product(g, old), logged * bufferDot, expected, Product(w, w),
            Product(moved, moved), bufferWeight, old.Sum(Math.Abs), logged * g.Max(Math.Abs)];
    }

    private static double[] Measured(double[] sums)
    {
        double norm = Math.Sqrt(sums[0]), after = Math.Sqrt(sums[5]),
            chord = Math.Sqrt((sums[6] - (after - norm) * (after - norm)) / (norm * after));
        return [norm, sums[1], sums[2], 2 * Math.Asin(chord / 2), sums[3], sums[5] / sums[4] - 1, sums[7], sums[8], sums[9]];
    }

    private static double Product(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
