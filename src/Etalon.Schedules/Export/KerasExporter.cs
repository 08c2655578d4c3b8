namespace Etalon.Schedules.Export;

/// <summary>
/// A recipe as a Python module for Keras 3, any backend: a <c>LearningRateSchedule</c> for the rate and a callback that sets weight decay and
/// momentum.
/// </summary>
/// <remarks>
/// <para>
/// Keras computes in float32: values are right to about seven digits and steps count exactly up to 2^24. A rate beyond float32 saturates at its
/// largest number.
/// </para>
/// <para>
/// Keras's SGD is another update rule than a recipe's: its rate is inside the momentum buffer, <c>v ← μ v - η g</c>, and its weight decay is
/// decoupled. The module says so; training differs where the rate changes or the recipe's decay is coupled.
/// </para>
/// </remarks>
/// <example>
/// <code>
/// var recipe = new Recipe(new Cosine(0.1, 0, length: 100), new Constant(5e-4), new Constant(0.9), totalSteps: 100);
/// using var module = new StringWriter(); // or a StreamWriter of cosine.py
/// KerasExporter.Write(recipe, "cosine", module);
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

    /// <summary>Writes the module.</summary>
    /// <param name="recipe">What it computes.</param>
    /// <param name="name">The recipe's name, which the module states.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(Recipe recipe, string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(writer);
        var rule = "has the rate outside, v = mu v + g, w = w - lr v, and " + (recipe.Decay == DecayForm.Coupled ? "the decay in the gradient, g + wd w" : "the decay decoupled too");
        writer.Write(ExportSource.Header(recipe, name, Use.Replace("{0}", rule, StringComparison.Ordinal), "\nimport math\n\nimport keras\nfrom keras import ops\n"));
        writer.Write($"VARIES = {(recipe is { WeightDecay: Constant, Momentum: Constant } ? "False" : "True")}\n");
        writer.Write(PythonFormulas.Write(recipe, _dialect));
        writer.Write(ExportSource.Values);
        writer.Write(Classes);
    }
}
