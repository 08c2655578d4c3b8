using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// What other loggers call the columns of a log, and what must be made of their numbers: W&amp;B, TensorBoard, Lightning, Keras, Megatron,
/// Hugging Face.
/// </summary>
internal static class ColumnAliases
{
    private static readonly (string Name, string[] Others)[] Plain =
    [
        (LogColumns.Step,
            ["global_step", "train/global_step", "trainer/global_step", "_step", "iteration", "iterations", "iter", "update", "batch",
                "t"]),
        (LogColumns.Rate,
            ["learning_rate", "learning-rate", "train/lr", "train/learning_rate", "optim/learning_rate", "optim/learning_rate_group0",
                "lr/pg0", "lr/group0", "lr-sgd", "lr_0", "lr0", "eta", "epoch_learning_rate"]),
        (LogColumns.WeightDecay, ["wd", "weight-decay", "weightdecay", "train/weight_decay", "lr-sgd-weight_decay", "lambda"]),
        (LogColumns.Momentum, ["mu", "beta", "beta1", "train/momentum", "lr-sgd-momentum"]),
        ($"{MonitorKeys.GradientSquare}{LogGroup.Everything}", ["total_grad_sq"]),
    ];

    // All parameters' gradient norm, to be squared.
    private static readonly string[] TotalNorms = ["grad_norm", "gradient_norm", "grad-norm", "train/grad_norm", "optim/total_grad_norm",
        "global_grad_norm", "grad_norm/global", "grad_norm/all", "grad_norm/total"];

    private static readonly (string Quantity, string[] Others, Func<double, double> Measure)[] OfGroups =
    [
        (MonitorKeys.Norm, ["norms/", "weight_norm/", "w_norm/", "param_norm/", "weightnorm/", "l2/"], Itself),
        (MonitorKeys.Norm, ["normsq/", "norm_sq/", "norm2/", "weight_norm_sq/", "param_norm_sq/"], Math.Sqrt),
        (MonitorKeys.GradientSquare, ["grad_sq/", "gradsquare/", "grad_norm_sq/", "gradnormsq/", "grad2/"], Itself),
        (MonitorKeys.GradientSquare, ["grad_norm/", "gradnorm/", "gnorm/", "gradient_norm/"], value => value < 0 ? value : value * value),
        (MonitorKeys.Dot, ["grad_dot/", "dot_gw/", "gw/", "grad_dot_weight/"], Itself),
        (MonitorKeys.Angle, ["angles/", "rotation/", "angular_update/"], Itself),
        ($"{LogColumns.Rate}/", ["learning_rate/"], Itself),
        ($"{LogColumns.WeightDecay}/", ["wd/"], Itself),
    ];

    /// <summary>A number as it is.</summary>
    public static double Itself(double value) => value;

    /// <summary>The column that another name stands for, and what makes its numbers; null where it stands for none.</summary>
    public static (string Name, Func<double, double> Measure)? Of(string column)
    {
        string lower = column.ToLowerInvariant();
        foreach (var (name, others) in Plain)
            if (lower == name || others.Contains(lower)) return (name, Itself);
        if (TotalNorms.Contains(lower))
            return ($"{MonitorKeys.GradientSquare}{LogGroup.Everything}", value => value < 0 ? value : value * value);
        int slash = column.IndexOf('/', StringComparison.Ordinal) + 1;
        if (slash <= 0 || slash == column.Length) return null;
        foreach (var (quantity, others, measure) in OfGroups)
            if (lower[..slash] == quantity || others.Contains(lower[..slash])) return (quantity + column[slash..], measure);
        return null;
    }

    /// <summary>The column that was probably meant by a name that means nothing; null where none is near.</summary>
    public static string? Near(string column)
    {
        int slash = column.IndexOf('/', StringComparison.Ordinal) + 1;
        if (slash > 0 && slash < column.Length)
            return Suggestion.To(column[..(slash - 1)],
                [.. OfGroups.Select(each => each.Quantity.TrimEnd('/')).Distinct(), "buffer_dot", "residual"]) is { } quantity
                ? $"{quantity}/{column[slash..]}" : null;
        return column.Length < 4
            ? null : Suggestion.To(column,
            [LogColumns.Step, LogColumns.Rate, LogColumns.WeightDecay, LogColumns.Momentum, LogColumns.Nesterov, LogColumns.Dampening,
                LogColumns.Decoupled]);
    }
}
