using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>What one step of a recurrence is given.</summary>
/// <param name="Step">The 0-based update, for messages.</param>
/// <param name="Source">The source's numbers.</param>
/// <param name="Intake">The share s = 1 - τ of the gradient that enters the buffer, the same in both runs; see <see cref="RecipeTable.Intake"/>.</param>
/// <param name="TargetDecay">The weight decay λ~ wanted of the equivalent run; 0 for none.</param>
public readonly record struct StepInput(long Step, StepNumbers Source, double Intake, double TargetDecay)
{
    /// <summary>δ = λ - λ~ P²: the decay that must turn into growth. See <see cref="Equivalence.TargetDecay"/>.</summary>
    internal SignedLog DecayToReplace(double logScale) =>
        TargetDecay == 0 ? SignedLog.Of(Source.WeightDecay) : SignedLog.Of(Source.WeightDecay) - SignedLog.Of(TargetDecay) * SignedLog.Exp(2 * logScale);

    /// <summary>ln(1 - x), where 1 - x is a factor that must stay positive: scale invariance knows no change of sign.</summary>
    internal double LogPositive(double x, string factor) => x < 1
        ? Elementary.Log1P(-x)
        : throw new EquivalenceException(
            $"{factor} = {1 - x:R} is not positive, with η = {Source.Rate:R}, λ = {Source.WeightDecay:R}, μ = {Source.Momentum:R}: the weights would have to change sign",
            $"lower rate, decay or momentum before this step (η λ ≤ (1 - √μ)²{Limit} is safe for ever while the three are constant), or keep some decay in the equivalent recipe",
            Step);

    private string Limit => Source.Momentum < 1 ? $" = {ConstantRate.LargestIntrinsicRate(Source.Momentum):G6}" : "";

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(StepInput), PrintMembers);
}
