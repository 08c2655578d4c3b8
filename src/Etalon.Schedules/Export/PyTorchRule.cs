namespace Etalon.Schedules.Export;

/// <summary>The torch optimizer that a schedule's update rule is, in the words of a module's docstring.</summary>
internal static class PyTorchRule
{
    /// <summary>How the optimizer is made, for one group of parameters.</summary>
    public static string Construct(OptimizerRule rule) =>
        $"The recipe's optimizer is torch.optim.{(rule.Name == "adamw" ? "AdamW" : "Adam")}(parameters, betas=(0.9, "
        + $"{PythonText.Number(rule.Beta2)}), eps={PythonText.Number(rule.Epsilon)}).";

    /// <summary>What the class of an optimizer may be called that torch.optim does not have: Muon, WnAdam.</summary>
    public static string ClassOf(OptimizerRule rule) => string.Concat(
        rule.Name.Split('-').Select(part => char.ToUpperInvariant(part[0]) + part[1..]));

    /// <summary>The arguments of torch.optim.SGD, beside its parameters.</summary>
    public static string Sgd(UpdateSchedule schedule)
    {
        // PyTorch refuses Nesterov momentum without a momentum when the optimizer is made; the scheduler sets all of them.
        var dampening = schedule.Rule.Dampening == 0 ? "" : $", dampening={PythonText.Number(schedule.Rule.Dampening)}";
        return $"lr=1.0, momentum=0.9{dampening}{(schedule.Rule.Nesterov ? ", nesterov=True" : "")}";
    }

    private const string RefuseAmsGrad =
        """"
                if any(group.get("amsgrad") for group in optimizer.param_groups):
                    raise ValueError(
                        "amsgrad=True: its largest squares do not follow numbers that change; train the equivalent form scaled-gradient, or without"
                    )

        """";

    /// <summary>The call that checks a group's decay once it is set; empty where the rule has none to check.</summary>
    public const string CheckDecay = "                self._check_decay(group)\n";

    private const string RefuseDecay =
        """"

            def _check_decay(self, group):
                """Refuses an optimizer whose decay is another. Wrappers have theirs inside; some classes have a switch."""
                inner = self.optimizer
                while hasattr(inner, "optimizer"):
                    inner = inner.optimizer
                kinds = {kind.__name__ for kind in type(inner).__mro__}
                is_decoupled = group.get("decoupled_weight_decay", getattr(inner, "adam_w_mode", None))
                if is_decoupled is None and kinds & {"Adam", "AdamW", "NAdam", "RAdam", "Adamax"}:
                    is_decoupled = "AdamW" in kinds
                if group["weight_decay"] != 0.0 and is_decoupled is not None and bool(is_decoupled) is {WRONG}:
                    raise ValueError(f"weight_decay is {group['weight_decay']!r}, and {type(inner).__name__} {WHAT}")

        """";

    /// <summary>What the beginning of a scheduler refuses of an optimizer: maxima that do not follow changing numbers.</summary>
    /// <param name="rule">The recipe's optimizer.</param>
    /// <param name="hasChangingNumbers">Whether the module is of an equivalent that sets the numbers of Adam for each update.</param>
    public static string Begin(OptimizerRule rule, bool hasChangingNumbers) => rule.IsAdam && hasChangingNumbers ? RefuseAmsGrad : "";

    /// <summary>The method behind <see cref="CheckDecay"/>, at the end of a scheduler.</summary>
    /// <param name="rule">The recipe's optimizer.</param>
    public static string End(OptimizerRule rule) => !rule.IsAdam ? ""
        : RefuseDecay
            .Replace("{WRONG}", rule.Name == "adamw" ? "False" : "True", StringComparison.Ordinal)
            .Replace("{WHAT}", rule.Name == "adamw"
                ? "puts it into the gradient; the recipe's decay is decoupled: take torch.optim.AdamW"
                : "decouples it; the recipe's decay is in the gradient: take torch.optim.Adam", StringComparison.Ordinal);

    /// <summary>What no torch optimizer does of its own; empty where one does.</summary>
    public static string Note(GroupedSchedule schedule)
    {
        if (schedule.Optimizer.IsAdam) return "";
        if (schedule.Optimizer.Name != OptimizerRule.Sgd.Name)
            return $"\n\nThe recipe's optimizer is {schedule.Optimizer.Name}, which torch.optim does not have: these numbers enter its "
                + $"rule, and no other.";
        return schedule.Schedule.Rule.Decay == DecayForm.Decoupled
            ? "\n\nThe recipe's decay is decoupled, w = (1 - lr wd) w before the step; torch.optim.SGD puts it into the gradient, which "
                + "is another update."
            : "";
    }
}
