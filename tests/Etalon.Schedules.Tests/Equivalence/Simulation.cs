using Etalon.Schedules.Equivalence;

namespace Etalon.Schedules.Tests.Equivalence;

/// <summary>SGD in float64, written from the update rule and nothing else: what the theorems are held against.</summary>
internal sealed class Simulation
{
    private readonly SphereLoss _loss;

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

    public void Update(UpdateRule rule, long step, StepNumbers numbers)
    {
        var gradient = _loss.Gradient(step, Weights);
        if (Clip is { } clip && SphereLoss.Norm(gradient) is var norm && norm > clip(step))
            for (var i = 0; i < gradient.Length; i++) gradient[i] *= clip(step) / norm;
        var (eta, lambda) = (Math.Exp(numbers.LogRate), numbers.WeightDecay);
        for (var i = 0; i < gradient.Length; i++)
        {
            var d = rule.Decay == DecayForm.Coupled ? gradient[i] + lambda * Weights[i] : gradient[i];
            if (rule.Decay == DecayForm.Decoupled) Weights[i] *= 1 - eta * lambda;
            Buffer[i] = numbers.Momentum * Buffer[i] + (step == 0 ? 1 : 1 - rule.Dampening) * d;
            Weights[i] -= eta * (rule.Nesterov ? d + numbers.LookAhead * Buffer[i] : Buffer[i]);
        }
    }

    public void Apply(StateMap map)
    {
        for (var i = 0; i < Weights.Length; i++) (Weights[i], Buffer[i]) = map.Apply(Weights[i], Buffer[i]);
    }

    /// <summary>The whole of a recipe, with corrections.</summary>
    public void Run(RecipeTable table, IReadOnlyList<StateCorrection> corrections, Action<long> afterEach)
    {
        for (var step = table.FirstStep; step < table.End; step++)
        {
            foreach (var correction in corrections)
                if (correction.Step == step) Apply(correction.Map);
            Update(table.Rule, step, table[step]);
            afterEach(step);
        }
    }
}
