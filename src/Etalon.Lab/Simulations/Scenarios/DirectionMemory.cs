using Etalon.Numerics;
using Etalon.Schedules;
using Etalon.Schedules.Dynamics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>How fast a direction that noise alone moves is forgotten: E⟨w_s, w_(s+t)⟩ ~ exp(-r t).</summary>
/// <remarks>
/// Gradients of mean 0 drop out of the mean of the update, which is then linear in w: what is left shrinks as the larger root of its
/// characteristic equation. To first order r is <see cref="SteadyUpdate.UnitsPerStep"/>; with a heavy ball the root is that of
/// <see cref="ConstantRate"/>, by which an equivalent rate without decay grows.
/// </remarks>
internal static class DirectionMemory
{
    /// <summary>r.</summary>
    public static double LossPerStep(SteadyUpdate update)
    {
        double momentum = update.Numbers.Momentum, kept = 1 - update.IntrinsicRate;
        if (update.Rule.Decay == DecayForm.Decoupled) return -Elementary.Log(kept);
        if (!update.Rule.Nesterov) return -ConstantRate.LogRoot(update.IntrinsicRate * update.Rule.Taken(momentum), momentum);
        // x^2 - (1 + mu)(1 - eta lambda) x + mu (1 - eta lambda) = 0.
        double sum = (1 + momentum) * kept;
        return -Elementary.Log((sum + Math.Sqrt(sum * sum - 4 * momentum * kept)) / 2);
    }
}
