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
