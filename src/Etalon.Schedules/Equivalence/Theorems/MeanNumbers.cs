using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>Signum, Lion and Muon in numbers: the same rule without decay, by a rate and shares of its mean of each update.</summary>
/// <remarks>
/// <para>
/// With w~ = P w and m~ = m/z, ζ = z/P before an update and ζ' after it, from ζ = P = 1 before the first, so that a run starts from any
/// mean without correction. η~ = η P', P' = P/ρ, and after each update ζ ← ζ' ρ:
/// </para>
/// <code>
/// Signum, Muon   ζ' = μ ζ + 1 - μ      μ~ = μ ζ/ζ'
/// Lion           ζ' = β₂ ζ + 1 - β₂    β₂~ = β₂ ζ/ζ'       β₁~ = β₁ ζ/(β₁ ζ + 1 - β₁)
/// Muon           ε~ = ε/(P ζ')
/// with Nesterov  ν~ = μ ζ'/(μ ζ' + 1 - μ)                  ε~ = ε/(P (μ ζ' + 1 - μ))
/// </code>
/// <para>
/// Muon with Nesterov mixes the gradient in a second time, with a share of its own: one number for both makes another run, so PyTorch's
/// torch.optim.Muon, which has one, needs <see cref="ScaledGradient"/>. All numbers of the source may change at every update.
/// </para>
/// <para>Assumes a scale-invariant loss for every batch and η λ &lt; 1. Derived here by matching the coefficients of m and g.</para>
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = 1e-4,
///     WeightDecay = 1,
///     Momentum = 0.9,
///     TotalSteps = 1001,
///     Rule = new() { Decay = DecayForm.Decoupled },
/// };
/// var lion = MeanNumbers.Lion(UpdateTable.Of(schedule), beta2: 0.99)[1000];
/// Console.WriteLine($"{lion.Rate:G6} ({lion.Direction:G6}, {lion.Mean:G6})"); // 0.000110529 (0.899101, 0.989901)
/// </code>
/// </example>
public static class MeanNumbers
{
    /// <summary>Signum without decay; its μ is the momentum of the schedule.</summary>
    /// <param name="source">A schedule with decoupled decay.</param>
    /// <exception cref="EquivalenceException">The decay is in the gradient, or η λ is 1 or more.</exception>
    public static IReadOnlyList<MeanRow> Signum(UpdateTable source) => Convert(source, momentum => momentum, Form.NewMean);

    /// <summary>Lion without decay; its β₁ is the momentum of the schedule.</summary>
    /// <param name="source">A schedule with decoupled decay.</param>
    /// <param name="beta2">β₂, at least 0 and below 1.</param>
    /// <exception cref="EquivalenceException">The decay is in the gradient, or η λ is 1 or more.</exception>
    public static IReadOnlyList<MeanRow> Lion(UpdateTable source, double beta2)
    {
        if (!(beta2 is >= 0 and < 1))
            throw Require.Refuse(nameof(beta2), beta2, "must be at least 0 and less than 1", "give one such as 0.99");
        return Convert(source, _ => beta2, Form.OldMean);
    }

    /// <summary>Muon without decay; its μ is the momentum of the schedule.</summary>
    /// <param name="source">A schedule with decoupled decay.</param>
    /// <param name="nesterov">Whether the direction looks ahead.</param>
    /// <exception cref="EquivalenceException">The decay is in the gradient, or η λ is 1 or more.</exception>
    public static IReadOnlyList<MeanRow> Muon(UpdateTable source, bool nesterov) =>
        Convert(source, momentum => momentum, nesterov ? Form.LookAhead : Form.NewMean);

    private static MeanRow[] Convert(UpdateTable source, Func<double, double> keptOf, Form form)
    {
        ArgumentNullException.ThrowIfNull(source);
        var growth = ScaledGradient.Convert(source);
        var rows = new MeanRow[source.Count];
        var before = 1.0;
        for (var i = 0; i < rows.Length; i++)
        {
            var step = source.FirstStep + i;
            var (numbers, logScale, logNext) = (source.Steps[i], growth.LogScaleAt(step), growth.LogScaleAt(step + 1));
            var kept = keptOf(numbers.Momentum);
            var after = kept * before + 1 - kept;
            var mixed = form switch
            {
                Form.OldMean => numbers.Momentum * before,
                Form.LookAhead => numbers.Momentum * after,
                _ => 0,
            };
            var whole = form == Form.NewMean ? after : mixed + 1 - numbers.Momentum;
            rows[i] = new(growth.Target.Steps[i].LogRate, kept * before / after, form == Form.NewMean ? 1 : mixed / whole,
                Elementary.Exp(-logScale) / whole);
            before = after * Elementary.Exp(logScale - logNext);
        }
        return rows;
    }

    // What the direction is made of: the new mean, the old one and the gradient, or the new one and the gradient.
    private enum Form
    {
        NewMean,
        OldMean,
        LookAhead,
    }
}

/// <summary>The numbers of one update of a rule that takes its direction from a mean of gradients; the decay is 0.</summary>
/// <param name="LogRate">ln η~; negative infinity for a rate of 0.</param>
/// <param name="Mean">What the mean keeps: μ~ of Signum and Muon, β₂~ of Lion.</param>
/// <param name="Direction">
/// The share of the mean in the direction, the gradient having the rest: β₁~ of Lion, ν~ of Muon with Nesterov; 1 of the others.
/// </param>
/// <param name="EpsilonFactor">What Muon's epsilon is multiplied by.</param>
public readonly record struct MeanRow(double LogRate, double Mean, double Direction, double EpsilonFactor)
{
    /// <summary>η~; infinite where float64 cannot hold it.</summary>
    public double Rate => Elementary.Exp(LogRate);

    /// <summary>The numbers by name, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(MeanRow), PrintMembers);
}
