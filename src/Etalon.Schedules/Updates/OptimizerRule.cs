namespace Etalon.Schedules;

/// <summary>The optimizer that a schedule's numbers are for, as far as an export can say it.</summary>
/// <param name="Name">Its name in recipes, such as sgd, adam or adamw.</param>
/// <example>
/// <code>
/// var adamw = new OptimizerRule("adamw") { Beta2 = 0.95 };
/// Console.WriteLine(adamw.IsAdam); // True
/// </code>
/// </example>
public sealed record OptimizerRule(string Name)
{
    /// <summary>Stochastic gradient descent; its dampening, Nesterov momentum and decay are the schedule's.</summary>
    public static OptimizerRule Sgd { get; } = new("sgd");

    /// <summary>β₂, the share of Adam's mean of squared gradients that a new one leaves. Default: 0.999.</summary>
    public double Beta2 { get; init => field = Require.Between(value, 0, 1, "0.999 is the usual one", nameof(Beta2)); } = 0.999;

    /// <summary>What Adam adds to the root of the mean square. Default: 1e-8.</summary>
    public double Epsilon { get; init => field = Require.NotNegative(value, nameof(Epsilon)); } = 1e-8;

    /// <summary>Whether the rule is Adam's, whose momentum is β₁.</summary>
    public bool IsAdam => Name is "adam" or "adamw";

    /// <summary>The update as a formula; of a rule that is neither SGD nor Adam its direction is U.</summary>
    /// <param name="rule">Where decay, dampening and look-ahead enter.</param>
    internal string Formula(UpdateRule rule)
    {
        if (Name == Sgd.Name) return rule.ToString();
        var (direction, kept) = rule.Decay == DecayForm.Coupled ? ("(g + λ w)", "w") : ("g", "(1 - η λ) w");
        return IsAdam
            ? $"m ← β₁ m + (1 - β₁) {direction};  u ← β₂ u + (1 - β₂) {direction}²;  w ← {kept} - η (m/c₁)/(√(u/c₂) + ε)"
            : $"w ← {kept} - η U, with the direction U that {Name} makes of {(direction == "g" ? "the gradients" : direction)}";
    }

    /// <summary>The rule as text, the same in every culture.</summary>
    public override string ToString() => RecordText.Of(nameof(OptimizerRule), PrintMembers);
}
