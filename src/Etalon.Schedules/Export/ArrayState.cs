namespace Etalon.Schedules.Export;

/// <summary>What changes the state of an equivalent run, for targets whose state is arrays that are replaced.</summary>
internal static class ArrayState
{
    /// <summary>What every such change begins with: the numbers end with the recipe's last update.</summary>
    public const string PastEnd =
        """"


        def _refuse_past_end(t):
            if t >= TOTAL_STEPS:
                raise ValueError(f"the recipe has {TOTAL_STEPS} updates, and its equivalent ends with them: give it a longer duration, and export it again")

        """";

    /// <summary>For Keras, whose buffer u is -lr v.</summary>
    public const string KerasChange =
        """"


        def before_update(t, variables, buffers):
            """Corrects and re-centers the covered variables and their momentum buffers u, once before update t; call it with each t."""
            _refuse_past_end(t)
            weight_factor, buffer_factor, share = CHANGES.get(t, (1.0, 1.0, 0.0))
            if (weight_factor, buffer_factor, share) == (1.0, 1.0, 0.0):
                return
            # u = -lr v, and lr is that of the stored weights: it is divided by the square of the center's power of two.
            lr = float(covered_learning_rate(t - 1)) if t > 0 else float(covered_learning_rate(0))
            for w, u in zip(variables, buffers):
                u.assign((u + lr * share * w) * buffer_factor)
                w.assign(w * weight_factor)

        """";

    /// <summary>For trees of arrays, where the optimizer's state stays.</summary>
    public const string ChangeOfWeights =
        """"


        def before_update(t, weights):
            """Weights of the covered group as update t needs them; call it before each update, with a list of arrays."""
            _refuse_past_end(t)
            weight_factor = CHANGES.get(int(t), (1.0, 1.0, 0.0))[0]
            return [weight_factor * w for w in weights]

        """";

    /// <summary>For trees of arrays, with Adam's moments.</summary>
    public const string ChangeOfAdam =
        """"


        def before_update(t, weights, mu, nu):
            """Weights and moments of the covered group as update t needs them; call it before each update, with lists of arrays."""
            _refuse_past_end(t)
            weight_factor, buffer_factor, _ = CHANGES.get(int(t), (1.0, 1.0, 0.0))
            mu = [buffer_factor * m for m in mu]
            nu = [buffer_factor * buffer_factor * u for u in nu]
            return [weight_factor * w for w in weights], mu, nu

        """";

    /// <summary>For Keras, where the optimizer's state stays.</summary>
    public const string KerasChangeOfWeights =
        """"


        def before_update(t, variables):
            """Re-centers the covered variables, once before update t; call it with each t."""
            _refuse_past_end(t)
            weight_factor = CHANGES.get(t, (1.0, 1.0, 0.0))[0]
            if weight_factor != 1.0:
                for w in variables:
                    w.assign(w * weight_factor)

        """";

    /// <summary>For trees of arrays.</summary>
    public static string Change(GroupedPython groups) =>
        $""""


        def before_update(t, weights, trace):
            """Weights and momentum of the covered group as update t needs them; call it before each update, with lists of arrays."""
            _refuse_past_end(t)
            weight_factor, buffer_factor, share = CHANGES.get(int(t), (1.0, 1.0, 0.0))
        {(groups.HasLookAhead ? "    # Optax looks ahead by the momentum itself: give it covered_look_ahead as its momentum.\n    buffer_factor *= float(covered_momentum(t)) / float(covered_look_ahead(t))\n" : "")}    trace = [buffer_factor * (v - share * w) for v, w in zip(trace, weights)]
            return [weight_factor * w for w in weights], trace

        """";
}
