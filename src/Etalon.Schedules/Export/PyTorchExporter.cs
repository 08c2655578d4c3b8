namespace Etalon.Schedules.Export;

/// <summary>
/// A schedule as a Python module for PyTorch that needs nothing but Python: functions of the step, and a scheduler class.
/// </summary>
/// <remarks>
/// The formulas are computed in float64 in the order in which Etalon computes them, and the module carries Etalon's own cosine,
/// exponential, logarithm and power where it needs them, so that the values are the same, bit for bit, on every machine. A rate beyond
/// float64 saturates at its largest number.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Cosine(0.1, 0, length: 100),
///     WeightDecay = 5e-4,
///     Momentum = 0.9,
///     TotalSteps = 100,
/// };
/// using var module = new StringWriter(); // or a StreamWriter of cosine.py
/// PyTorchExporter.Write(schedule, "cosine", module);
/// Console.WriteLine(module.ToString().Contains("class RecipeScheduler")); // True
/// </code>
/// </example>
public static class PyTorchExporter
{
    private const string SetMomentum =
        """"
                    if "momentum" in group:
                        group["momentum"] = mu

        """";

    private const string SetBeta =
        """"
                    if "betas" in group:
                        group["betas"] = (mu, group["betas"][1])

        """";

    private const string Use =
        """"
        One scheduler sets all three on every parameter group of a torch optimizer:

            scheduler = RecipeScheduler(optimizer)      # sets the values of update 0
            for batch in batches:
                ...
                optimizer.step()
                scheduler.step()                        # sets the values of the next update

        `lr_scale` and `weight_decay_scale` of a parameter group multiply its values (default 1.0), so that
        {"params": biases, "weight_decay_scale": 0.0} has no weight decay. Momentum is set where a group has one.
        """";

    private const string Scheduler =
        """"


        class RecipeScheduler(LRScheduler):
            """Sets learning rate, weight decay and momentum of each update on an optimizer's parameter groups."""

            def __init__(self, optimizer, last_epoch=-1):
                super().__init__(optimizer, last_epoch)

            def step(self, epoch=None):
                """Call after optimizer.step(): sets the values of the next update, or of update epoch."""
                self._step_count += 1
                self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
                self._set()

            def get_lr(self):
                """The learning rate of each group at update t."""
                return [learning_rate(self.t) * group.get("lr_scale", 1.0) for group in self.optimizer.param_groups]


        """" + PyTorchState.Saved + PyTorchState.State + """"
            def load_state_dict(self, state):
                """Goes on at the saved update, and sets its values if they were set when it was saved: a part of a sequence waits."""

        """" + PyTorchState.SameRecipe + """"
                self.t = state["t"]
                if state.get("is_set", True):
                    self._set()

            def _set(self):
                lr, decay, mu = values(self.t)
                for group in self.optimizer.param_groups:
                    group_lr = lr * group.get("lr_scale", 1.0)
                    if hasattr(group["lr"], "fill_"):
                        group["lr"].fill_(group_lr)  # a tensor that compiled or captured code holds on to
                    else:
                        group["lr"] = group_lr
                    if "weight_decay" in group:
                        group["weight_decay"] = decay * group.get("weight_decay_scale", 1.0)
        {DECAY}
        """";

    /// <summary>Writes the module.</summary>
    /// <param name="schedule">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(UpdateSchedule schedule, string name, TextWriter writer) => Write(GroupedSchedule.Of(schedule), name, writer);

    /// <summary>
    /// Writes the module of a schedule with groups: functions for each group by name, a scheduler that sets them on parameter groups of
    /// these names, and, where a group follows an equivalent, what corrects and re-centers its weights and buffers, so that it trains also
    /// where its rates leave float32.
    /// </summary>
    /// <param name="schedule">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(GroupedSchedule schedule, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(writer);
        if (schedule.HasGroups)
        {
            PyTorchGroups.Write(schedule, name, writer);
            return;
        }
        var isAdam = schedule.Optimizer.IsAdam;
        writer.Write(
            ExportSource.Header(schedule, name,
                (isAdam ? UseOfAdam(schedule.Optimizer) + Use.Replace("Momentum is set", "beta1 is set", StringComparison.Ordinal) : Use)
                    + PyTorchState.Trainers + PyTorchRule.Note(schedule), PyTorchState.Imports));
        writer.Write(ExportSource.Numbers(schedule, new NumberDialect()));
        writer.Write(Scheduler
            .Replace("{DECAY}", isAdam ? PyTorchRule.CheckDecay : "", StringComparison.Ordinal));
        writer.Write(isAdam ? SetBeta : SetMomentum);
        writer.Write(PyTorchRule.End(schedule.Optimizer));
    }

    private static string UseOfAdam(OptimizerRule rule) => PyTorchRule.Construct(rule) + "\n\n";
}
