using Etalon.Engine;

namespace Etalon.Lab.Simulations;

/// <summary>What is known of the replicas of a <see cref="Simulation"/> after it ran.</summary>
internal sealed class SimulationResult
{
    private readonly Simulation _simulation;
    private readonly double[][] _squaredNorms, _axes;
    private readonly ReplicaMeans[] _means;

    internal SimulationResult(Simulation simulation)
    {
        _simulation = simulation;
        _squaredNorms = [.. simulation.KeepAt.Select(_ => new double[simulation.Count])];
        _axes = [.. simulation.KeepAt.Select(_ => new double[simulation.Count])];
        _means = new ReplicaMeans[simulation.MeanFrom is null ? 0 : simulation.Count];
    }

    /// <summary>Means over time, by replica; empty unless <see cref="Simulation.MeanFrom"/> is set.</summary>
    public IReadOnlyList<ReplicaMeans> Means => _means;

    /// <summary>|w|^2 before the <paramref name="kept"/>th step of <see cref="Simulation.KeepAt"/>, by replica.</summary>
    public ReadOnlySpan<double> SquaredNorms(int kept) => _squaredNorms[kept];

    /// <summary>z there, by replica.</summary>
    public ReadOnlySpan<double> Axes(int kept) => _axes[kept];

    /// <summary>gamma = |w|^4 / (total rate)^2 there, with the numbers of the update that follows, by replica.</summary>
    public double[] Gammas(int kept)
    {
        var update = _simulation.UpdateAt(Math.Min(_simulation.KeepAt[kept], _simulation.Schedule.TotalSteps - 1));
        return Array.ConvertAll(_squaredNorms[kept], norm => update.Gamma(Math.Sqrt(norm)));
    }

    /// <summary>The loss there, by replica.</summary>
    public double[] Losses(int kept) => Array.ConvertAll(_axes[kept], z => _simulation.Loss.Value(z)[0]);

    /// <summary>A mean over the replicas at each kept step.</summary>
    /// <param name="quantity">A number of each replica at a kept step, such as <see cref="Gammas"/>.</param>
    public double[] MeanCurve(Func<int, double[]> quantity) =>
        [.. Enumerable.Range(0, _simulation.KeepAt.Count).Select(kept => quantity(kept).Average())];

    internal void Keep(int kept, int first, Replicas replicas)
    {
        var (norms, axes) = (replicas.SquaredNorm, replicas.Axis);
        for (int lane = 0; lane < Math.Min(Lanes.Count, _simulation.Count - first); lane++)
        {
            _squaredNorms[kept][first + lane] = norms[lane];
            _axes[kept][first + lane] = axes[lane];
        }
    }

    internal void SetMeans(int replica, ReplicaMeans means) => _means[replica] = means;
}
