using Etalon.Engine;
using Etalon.Lab.Simulations.Losses;
using Etalon.Schedules;

namespace Etalon.Lab.Simulations;

/// <summary>Four replicas of a simulation that go through their steps together, one in each lane.</summary>
internal sealed class Replicas
{
    private readonly Simulation _simulation;
    private readonly SphereLoss _loss;
    private readonly UpdateRule _rule;
    private readonly NormalLanes _normals;
    private readonly Lanes[] _weights, _buffer, _direction, _gradient, _second;

    /// <summary>The replicas <paramref name="first"/> to <paramref name="first"/> + 3 at their start.</summary>
    public Replicas(Simulation simulation, int first)
    {
        (_simulation, _loss, _rule) = (simulation, simulation.Loss, simulation.Schedule.Rule);
        _normals = new NormalLanes(simulation.Seed, "simulate noise", (ulong)first);
        _weights = Start(simulation, first);
        (_buffer, _direction, _gradient) = (new Lanes[_weights.Length], new Lanes[_weights.Length], new Lanes[_weights.Length]);
        _second = simulation.SubSteps.Rule == SubStepRule.Svag ? new Lanes[_weights.Length] : [];
        SquaredNorm = Lanes.Dot(_weights, _weights);
    }

    /// <summary>|w|^2.</summary>
    public Lanes SquaredNorm { get; private set; }

    /// <summary>z, the first coordinate of the direction.</summary>
    public Lanes Axis => _weights[0] / Lanes.Sqrt(SquaredNorm);

    /// <summary>|ghat|^2 of the last update: the squared stochastic gradient at the direction on the unit sphere.</summary>
    public Lanes SquaredGradient { get; private set; }

    /// <summary>The cosine of the angle by which the last update turned the direction.</summary>
    public Lanes Cosine { get; private set; }

    /// <summary>w / |w|.</summary>
    public void CopyDirection(Span<Lanes> to)
    {
        var inverse = 1 / Lanes.Sqrt(SquaredNorm);
        for (int i = 0; i < to.Length; i++) to[i] = _weights[i] * inverse;
    }

    /// <summary>w = factor w, and the buffer emptied.</summary>
    public void Rescale(double factor)
    {
        for (int i = 0; i < _weights.Length; i++) _weights[i] *= factor;
        Array.Clear(_buffer);
        SquaredNorm = Lanes.Dot(_weights, _weights);
    }

    /// <summary>One update, or sub-step, of the schedule's rule with these numbers.</summary>
    public void Update(long step, double rate, double decay, double momentum)
    {
        var inverse = 1 / Lanes.Sqrt(SquaredNorm);
        CopyDirection(_direction);
        DrawNoise();
        _gradient[0] += _loss.Slope(_direction[0]);
        var along = Lanes.Dot(_gradient, _direction);

        bool isDecoupled = _rule.Decay == DecayForm.Decoupled;
        Lanes shrink = isDecoupled ? 1 - rate * decay : 1, ofWeight = isDecoupled ? 0 : decay;
        // As PyTorch's: without momentum the buffer rests, and the first update is undamped.
        bool isResting = momentum == 0;
        Lanes keep = isResting ? 1 : momentum, intake = isResting ? 0 : step == 0 ? 1 : _rule.Taken(momentum);
        Lanes ofGradient = _rule.Nesterov || isResting ? -rate : 0, ofBuffer = isResting ? 0 : _rule.Nesterov ? -rate * momentum : -rate;
        Lanes squaredGradient = 0, dot = 0, squaredNorm = 0;
        for (int i = 0; i < _weights.Length; i++)
        {
            var (before, unit) = (_weights[i], Lanes.MultiplyAdd(-along, _direction[i], _gradient[i]));
            var downhill = Lanes.MultiplyAdd(ofWeight, before, unit * inverse);
            var buffer = Lanes.MultiplyAdd(keep, _buffer[i], intake * downhill);
            var after = Lanes.MultiplyAdd(ofBuffer, buffer, Lanes.MultiplyAdd(ofGradient, downhill, shrink * before));
            (_buffer[i], _weights[i]) = (buffer, after);
            squaredGradient = Lanes.MultiplyAdd(unit, unit, squaredGradient);
            dot = Lanes.MultiplyAdd(before, after, dot);
            squaredNorm = Lanes.MultiplyAdd(after, after, squaredNorm);
        }
        Cosine = dot * inverse / Lanes.Sqrt(squaredNorm);
        (SquaredGradient, SquaredNorm) = (squaredGradient, squaredNorm);
    }

    private void DrawNoise()
    {
        if (_simulation.Noise == 0)
        {
            Array.Clear(_gradient);
            return;
        }
        var (rule, count) = _simulation.SubSteps;
        _normals.Fill(_gradient);
        double r = Math.Sqrt(2.0 * count - 1);
        Lanes ofFirst =
            _simulation.Noise * rule switch { SubStepRule.Svag => (1 + r) / 2, SubStepRule.EulerMaruyama => Math.Sqrt(count), _ => 1 };
        for (int i = 0; i < _gradient.Length; i++) _gradient[i] *= ofFirst;
        if (rule != SubStepRule.Svag) return;

        _normals.Fill(_second);
        Lanes ofSecond = _simulation.Noise * (1 - r) / 2;
        for (int i = 0; i < _gradient.Length; i++) _gradient[i] = Lanes.MultiplyAdd(ofSecond, _second[i], _gradient[i]);
    }

    private static Lanes[] Start(Simulation simulation, int first)
    {
        var weights = new Lanes[simulation.Dimension];
        if (simulation.Direction == StartDirection.Anywhere)
            new NormalLanes(simulation.Seed, "simulate start", (ulong)first).Fill(weights);
        else
            weights[0] = new Lanes([.. Enumerable.Range(first, Lanes.Count).Select(replica => Sign(simulation, replica))]);
        var factor = simulation.InitialNorm / Lanes.Sqrt(Lanes.Dot(weights, weights));
        return Array.ConvertAll(weights, weight => weight * factor);
    }

    private static double Sign(Simulation simulation, int replica) => simulation.Direction switch
    {
        StartDirection.OppositeAxis => -1,
        StartDirection.EitherAxis => new CounterStream(simulation.Seed, "simulate side", (ulong)replica).NextBelow(2) == 0 ? -1 : 1,
        _ => 1,
    };
}

/// <summary>Means over the steps of one replica, from <see cref="Simulation.MeanFrom"/> on.</summary>
/// <param name="SquaredNorm">Of |w|^2.</param>
/// <param name="FourthNorm">Of |w|^4.</param>
/// <param name="EighthNorm">Of |w|^8.</param>
/// <param name="SquaredGradient">Of |grad L|^2 on the unit sphere, L the loss without noise.</param>
/// <param name="Cosine">Of the cosine of the angle that one update turns the direction by.</param>
/// <param name="CosineAfterLag">Of the cosine between directions <see cref="Simulation.Lag"/> steps apart.</param>
/// <param name="CosineAfterTwoLags">And twice as many.</param>
/// <param name="Loss">Of L.</param>
internal readonly record struct ReplicaMeans(
    double SquaredNorm, double FourthNorm, double EighthNorm, double SquaredGradient, double Cosine, double CosineAfterLag,
    double CosineAfterTwoLags, double Loss);
