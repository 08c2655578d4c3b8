namespace Etalon.Schedules.Export;

/// <summary>
/// A schedule as a Python module for Keras 3, any backend: a <c>LearningRateSchedule</c> for the rate and a callback that sets weight decay
/// and momentum.
/// </summary>
/// <remarks>
/// <para>
/// Keras computes in float32: values are right to about seven digits and steps count exactly up to 2^24. A rate beyond float32 saturates at
/// its largest number.
/// </para>
/// <para>
/// Keras's SGD is another update rule than a schedule's: its rate is inside the momentum buffer, <c>v ← μ v - η g</c>, and its weight decay
/// is decoupled. The module says so; training differs where the rate changes or the schedule's decay is coupled.
/// </para>
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
/// KerasExporter.Write(schedule, "cosine", module);
/// Console.WriteLine(module.ToString().Contains("class LearningRate(keras.optimizers.schedules.LearningRateSchedule)")); // True
/// </code>
/// </example>
public static class KerasExporter
{
    private static readonly ArrayDialect _dialect = new(
        module: "ops",
        largest: $"{PythonText.Number(double.MaxValue)} if keras.config.floatx() == \"float64\" else {PythonText.Number(float.MaxValue)}",
        list: "{0}",
        entry: "ops.take({0}, ops.cast({1}, \"int32\"))");

    private const string Use =
        """"
        The rate is a schedule, weight decay and momentum are set by a callback:

            optimizer = keras.optimizers.SGD(LearningRate(), momentum=..., weight_decay=...)
            model.compile(optimizer, ..., run_eagerly=VARIES)
            model.fit(..., callbacks=[WeightDecayAndMomentum()])

        Give the optimizer a momentum above 0 if there is one at any update. A compiled training step keeps the weight decay
        and the momentum it was compiled with, so a recipe that changes them (VARIES) needs run_eagerly=True.

        Keras's own update rule has the rate inside the momentum buffer, v = mu v - lr g, w = w + v, and decouples the decay,
        w = w - lr wd w; Etalon's recipe {0}.

        """";

    private const string Classes =
        """"


        @keras.saving.register_keras_serializable(package="etalon")
        class LearningRate(keras.optimizers.schedules.LearningRateSchedule):
            """The learning rate of each update."""

            def __call__(self, step):
                return ops.convert_to_tensor(learning_rate(ops.cast(step, keras.config.floatx())))

            def get_config(self):
                return {}


        class WeightDecayAndMomentum(keras.callbacks.Callback):
            """Sets weight decay and momentum of each update on the model's optimizer."""

            def on_train_begin(self, logs=None):
                if VARIES and not self.model.run_eagerly:
                    raise RuntimeError(
                        f"{RECIPE} changes weight decay or momentum during training, which a compiled training step would ignore;"
                        " compile the model with run_eagerly=True"
                    )
                self.t = int(ops.convert_to_numpy(self.model.optimizer.iterations))
                self._set()

            def on_train_batch_begin(self, batch, logs=None):
                self._set()

            def on_train_batch_end(self, batch, logs=None):
                self.t += 1

            def _set(self):
                optimizer = self.model.optimizer
                optimizer.weight_decay = float(weight_decay(self.t))
                if hasattr(optimizer, "momentum"):
                    optimizer.momentum = float(momentum(self.t))

        """";

    private const string UseOfGroups =
        """"
        Keras has one rate for all variables of an optimizer, so a training step of your own applies one optimizer to each group:

            optimizers = {group: keras.optimizers.SGD(1.0, momentum=0.9) for group in GROUPS}
            ...
            set_values(t, optimizers)                 # before update t, run eagerly
            for group, optimizer in optimizers.items():
                optimizer.apply(gradients[group], variables[group])

        Keras's own update rule has the rate inside the momentum buffer, u = mu u - lr g, w = w + u, and decouples the decay,
        w = w - lr wd w; Etalon's recipe {0}.
        set_values gives Keras the momentum mu lr / (lr of the update before), with which its rule is the recipe's also where the rate changes.


        """";

    private const string SetValues =
        """"


        def set_values(t, optimizers):
            """Sets learning rate, weight decay and momentum of update t on the optimizer of each group."""
            for group, optimizer in optimizers.items():
                lr, decay, mu = (float(value) for value in values(t, group))
                before = float(values(t - 1, group)[0]) if t > 0 else lr
                optimizer.learning_rate = lr
                optimizer.weight_decay = decay
                if hasattr(optimizer, "momentum"):
                    optimizer.momentum = mu * lr / before if before > 0.0 else 0.0

        """";

    private const string SetAdam =
        """"


        def set_values(t, optimizers):
            """Sets learning rate, weight decay and beta1 of update t on the optimizer of each group."""
            for group, optimizer in optimizers.items():
                lr, decay, optimizer.beta_1 = (float(value) for value in values(t, group))
                optimizer.learning_rate = lr
                optimizer.weight_decay = decay

        """";

    /// <summary>Writes the module.</summary>
    /// <param name="schedule">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(UpdateSchedule schedule, string name, TextWriter writer) => Write(GroupedSchedule.Of(schedule), name, writer);

    /// <summary>
    /// Writes the module of a schedule with groups: functions for each group by name, and for an equivalent what changes its weights and
    /// buffers.
    /// </summary>
    /// <param name="schedule">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    /// <exception cref="NotSupportedException">The schedule is an equivalent with Nesterov momentum, whose look-ahead Keras does not
    /// have, or one of AdamW with betas of each update, which Keras fixes.</exception>
    public static void Write(GroupedSchedule schedule, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(writer);
        const string Imports = "\nimport math\n\nimport keras\nfrom keras import ops\n";
        var isAdam = schedule.Optimizer.IsAdam;
        if (!schedule.HasGroups)
        {
            var use = isAdam ? UseOfAdam(schedule.Optimizer) : Use.Replace("{0}", Rule(schedule.Schedule), StringComparison.Ordinal);
            writer.Write(ExportSource.Header(schedule, name, use, Imports));
            writer.Write($"VARIES = {(schedule.Schedule is { WeightDecay: Constant, Momentum: Constant } ? "False" : "True")}\n");
            writer.Write(ExportSource.Numbers(schedule, _dialect));
            writer.Write(
                isAdam ? Classes.Replace("momentum", "beta_1", StringComparison.Ordinal).Replace("beta_1(self.t)", "beta1(self.t)",
                    StringComparison.Ordinal) : Classes);
            return;
        }
        var groups = new GroupedPython(schedule);
        if (groups.HasLookAhead)
            throw new NotSupportedException(
                "an equivalent with Nesterov momentum has a look-ahead of its own, which no optimizer of Keras has");
        if (groups.HasBeta2)
            throw new NotSupportedException("this equivalent of AdamW has betas and an epsilon of each update, and Keras's are fixed");
        writer.Write(ExportSource.Header(schedule, name, UseOf(schedule, groups), Imports));
        writer.Write(groups.Numbers(_dialect));
        writer.Write(isAdam ? SetAdam : SetValues);
        if (schedule.Covered is not null) writer.Write(ArrayState.PastEnd);
        if (groups.ScalesGradients) writer.Write(ArrayState.KerasChangeOfWeights);
        else if (schedule.Covered is not null) writer.Write(ArrayState.KerasChange);
    }

    private static string UseOf(GroupedSchedule schedule, GroupedPython groups)
    {
        var rule = schedule.Optimizer.IsAdam
            ? "is Adam, which has the rate outside; the optimizers are keras.optimizers." + ClassOf(schedule.Optimizer)
            : Rule(schedule.Schedule);
        return UseOfGroups.Replace("{0}", rule, StringComparison.Ordinal) + groups.About().TrimEnd()
            + (schedule.Covered is null
            ? "" : groups.ScalesGradients
            ? "\nbefore_update(t, ...) does so; call it before set_values. Multiply the covered gradients by "
                + "exp(covered_log_scale(t)).\n" + GroupedPython.EpsilonFollows
            : "\nbefore_update(t, ...) does so with Keras's own buffer u = -lr v; call it before set_values.\n"
                + GroupedPython.EpsilonFollows);
    }

    private static string UseOfAdam(OptimizerRule rule) =>
        $"""
        The rate is a schedule, weight decay and beta1 are set by a callback:

            optimizer = keras.optimizers.{ClassOf(rule)}(LearningRate(), beta_2={PythonText.Number(rule.Beta2)}, epsilon={PythonText.Number(rule.Epsilon)}, weight_decay=...)
            model.compile(optimizer, ..., run_eagerly=VARIES)
            model.fit(..., callbacks=[WeightDecayAndMomentum()])

        A compiled training step keeps the weight decay and the beta1 it was compiled with, so a recipe that changes them (VARIES)
        needs run_eagerly=True.
        """ + (rule.Name == "adam" ? "\nKeras decouples the decay of Adam, w = w - lr wd w; the recipe has it in the gradient." : "");

    private static string ClassOf(OptimizerRule rule) => rule.Name == "adamw" ? "AdamW" : "Adam";

    private static string Rule(UpdateSchedule schedule) =>
        "has the rate outside, v = mu v + g, w = w - lr v, and "
            + (schedule.Rule.Decay == DecayForm.Coupled ? "the decay in the gradient, g + wd w" : "the decay decoupled too");
}
