using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>SGD in float64, written from the update rule and nothing else: what the theorems are held against.</summary>
internal sealed class Simulation
{
    private readonly SphereLoss _loss;
    private bool _hasBuffer;

    public Simulation(SphereLoss loss, double[] weights, double[] buffer)
    {
        (_loss, Weights, Buffer) = (loss, [.. weights], [.. buffer]);
    }

    public double[] Weights { get; }

    public double[] Buffer { get; }

    /// <summary>A threshold on the norm of the gradient at each step, or none.</summary>
    public Func<long, double>? Clip { get; init; }

    public double[] Direction
    {
        get
        {
            var norm = SphereLoss.Norm(Weights);
            return [.. Weights.Select(w => w / norm)];
        }
    }

    public void Update(UpdateRule rule, long step, UpdateRow numbers)
    {
        var gradient = _loss.Gradient(step, Weights);
        if (Clip is { } clip && SphereLoss.Norm(gradient) is var norm && norm > clip(step))
            for (var i = 0; i < gradient.Length; i++) gradient[i] *= clip(step) / norm;
        var (eta, lambda) = (Math.Exp(numbers.LogRate), numbers.WeightDecay);
        for (var i = 0; i < gradient.Length; i++)
        {
            var d = rule.Decay == DecayForm.Coupled ? gradient[i] + lambda * Weights[i] : gradient[i];
            if (rule.Decay == DecayForm.Decoupled) Weights[i] *= 1 - eta * lambda;
            // As torch.optim.SGD: without momentum no buffer, and with the first momentum an undamped one.
            if (numbers.Momentum != 0) Buffer[i] = numbers.Momentum * Buffer[i] + (_hasBuffer ? 1 - rule.Dampening : 1) * d;
            Weights[i] -= eta * (numbers.Momentum == 0 ? d : rule.Nesterov ? d + numbers.LookAhead * Buffer[i] : Buffer[i]);
        }
        _hasBuffer |= numbers.Momentum != 0;
    }

    public void Apply(StateMap map)
    {
        for (var i = 0; i < Weights.Length; i++) (Weights[i], Buffer[i]) = map.Apply(Weights[i], Buffer[i]);
    }

    /// <summary>The whole of a schedule, with corrections.</summary>
    public void Run(UpdateTable table, IReadOnlyList<StateCorrection> corrections, Action<long> afterEach)
    {
        _hasBuffer = table.FirstStep > 0;
        for (var step = table.FirstStep; step < table.End; step++)
        {
            foreach (var correction in corrections)
                if (correction.Step == step) Apply(correction.Map);
            Update(table.Rule, step, table[step]);
            afterEach(step);
        }
    }
}
