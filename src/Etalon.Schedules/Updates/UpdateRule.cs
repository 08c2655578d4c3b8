using System.Globalization;

namespace Etalon.Schedules;

/// <summary>The formula that a schedule's numbers enter, that of PyTorch's SGD: the rate is outside the buffer v.</summary>
/// <example>
/// <code>
/// Console.WriteLine(new UpdateRule()); // v ← μ v + g + λ w;  w ← w - η v
/// Console.WriteLine(new UpdateRule { Dampening = 0.5 }.Taken(momentum: 0.9)); // 0.5
/// </code>
/// </example>
public sealed record UpdateRule
{
    /// <summary>
    /// The share of a gradient that the buffer leaves out, τ, from 0 to 1. Default: 0. As in PyTorch the first update with momentum is
    /// undamped, and one without momentum knows neither buffer nor dampening.
    /// </summary>
    public double Dampening { get; init => field = Require.Between(value, 0, 1, "0 is the usual one", nameof(Dampening)); }

    /// <summary>Whether the update looks ahead along the buffer. Default: false.</summary>
    public bool Nesterov { get; init; }

    /// <summary>Where weight decay enters. Default: coupled, in the gradient.</summary>
    public DecayForm Decay { get; init => field = Require.Named(value, nameof(Decay)); }

    /// <summary>
    /// The share of a gradient that an update takes in: 1 - τ, and 1 without momentum, where no buffer stands between. See also
    /// <see cref="UpdateTable.GradientShare"/>.
    /// </summary>
    /// <param name="momentum">μ.</param>
    public double Taken(double momentum) => momentum == 0 ? 1 : 1 - Dampening;

    /// <summary>The formula, such as <c>v ← μ v + g + λ w;  w ← w - η v</c>.</summary>
    public override string ToString()
    {
        var direction = Decay == DecayForm.Coupled ? "g + λ w" : "g";
        var taken = Dampening == 0 ? direction
            : string.Create(CultureInfo.InvariantCulture, $"{1 - Dampening:R} ({direction})");
        var kept = Decay == DecayForm.Coupled ? "w" : "(1 - η λ) w";
        var moved = Nesterov ? $"({direction} + ν v)" : "v";
        return $"v ← μ v + {taken};  w ← {kept} - η {moved}" + (Dampening == 0 ? "" : "  (the first update with momentum undamped)");
    }
}

/// <summary>Where weight decay enters the update.</summary>
/// <example>
/// <code>
/// var coupled = new UpdateSchedule { LearningRate = 0.1, WeightDecay = 5e-4, Momentum = 0.9, TotalSteps = 100 };
/// var decoupled = coupled with { Rule = new() { Decay = DecayForm.Decoupled } };
/// Console.WriteLine(coupled.Rule.Decay); // Coupled
/// Console.WriteLine(decoupled == coupled); // False
/// </code>
/// </example>
public enum DecayForm
{
    /// <summary>In the gradient, as the L2 penalty: <c>g + λ w</c>. PyTorch's SGD.</summary>
    Coupled,

    /// <summary>On the weights: <c>w</c> is multiplied by <c>1 - η λ</c>. PyTorch's AdamW.</summary>
    Decoupled,
}
