using Etalon.Engine;

namespace Etalon.Lab.Simulations;

/// <summary>Sums over the steps of four replicas.</summary>
internal sealed class TimeMeans(Simulation simulation)
{
    private readonly Lanes[] _direction = new Lanes[simulation.Lag > 0 ? simulation.Dimension : 0];
    private readonly Lanes[] _lagBefore = new Lanes[simulation.Lag > 0 ? simulation.Dimension : 0];
    private readonly Lanes[] _twoLagsBefore = new Lanes[simulation.Lag > 0 ? simulation.Dimension : 0];
    private Lanes _squaredNorm, _fourthNorm, _eighthNorm, _squaredGradient, _cosine, _loss, _afterLag, _afterTwoLags;
    private long _steps, _lags;

    /// <summary>Counts the state after an update.</summary>
    public void Add(Replicas replicas)
    {
        var (square, z) = (replicas.SquaredNorm, replicas.Axis);
        var fourth = square * square;
        _squaredNorm += square;
        _fourthNorm += fourth;
        _eighthNorm = Lanes.MultiplyAdd(fourth, fourth, _eighthNorm);
        _squaredGradient += simulation.Loss.SquaredGradient(z);
        _cosine += replicas.Cosine;
        _loss += simulation.Loss.Value(z);
        if (simulation.Lag > 0 && _steps % simulation.Lag == 0) CompareDirections(replicas);
        _steps++;
    }

    private void CompareDirections(Replicas replicas)
    {
        replicas.CopyDirection(_direction);
        if (_lags > 0) _afterLag += Lanes.Dot(_direction, _lagBefore);
        if (_lags > 1) _afterTwoLags += Lanes.Dot(_direction, _twoLagsBefore);
        _lagBefore.CopyTo(_twoLagsBefore, 0);
        _direction.CopyTo(_lagBefore, 0);
        _lags++;
    }

    /// <summary>The means of the replicas from <paramref name="first"/> on, into the result.</summary>
    public void Store(SimulationResult result, int first)
    {
        for (int lane = 0; lane < Math.Min(Lanes.Count, simulation.Count - first); lane++)
            result.SetMeans(first + lane, new ReplicaMeans(
                _squaredNorm[lane] / _steps, _fourthNorm[lane] / _steps, _eighthNorm[lane] / _steps, _squaredGradient[lane] / _steps,
                _cosine[lane] / _steps,
                _afterLag[lane] / (_lags - 1), _afterTwoLags[lane] / (_lags - 2), _loss[lane] / _steps));
    }
}
