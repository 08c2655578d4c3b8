namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>The names of a log's columns: the numbers of the update, and quantities measured of a group, as in <c>norm/conv1.weight</c>.</summary>
internal static class LogColumns
{
    public const string Step = "step", Rate = "lr", WeightDecay = "weight_decay", Momentum = "momentum", Dampening = "dampening", Nesterov = "nesterov", Decoupled = "decoupled";

    public const string Norm = "norm", GradientSquare = "gradsq", Dot = "dot", Angle = "angle", BufferDot = "buffer_dot", Residual = "residual", Noise = "noise", Signal = "signal";

    /// <summary>What a log must have to say how long anything takes.</summary>
    public static readonly IReadOnlyList<string> Numbers = [Rate, WeightDecay, Momentum];

    /// <summary>The update rule where it is not PyTorch's usual SGD: 0 or 1, but for the dampening.</summary>
    public static readonly IReadOnlyList<string> Rule = [Dampening, Nesterov, Decoupled];

    /// <summary>What may be measured of a group.</summary>
    public static readonly IReadOnlyList<string> Quantities = [Norm, GradientSquare, Dot, Angle, BufferDot, Residual, Noise, Signal];

    /// <summary>The group of a column such as norm/conv1.weight; null where the column is none of a group.</summary>
    public static string? GroupOf(string column)
    {
        int slash = column.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || slash == column.Length - 1) return null;
        string quantity = column[..slash];
        return Quantities.Contains(quantity) || Numbers.Contains(quantity) ? column[(slash + 1)..] : null;
    }

    /// <summary>Why a number cannot stand in a column; null where it can.</summary>
    /// <remarks>Beyond 1e50 either way the fourth power of a norm, times a few others, leaves float64.</remarks>
    public static string? Fault(string column, double value)
    {
        if (!double.IsFinite(value)) return "is not finite";
        if (Math.Abs(value) > 1e50) return "is beyond 1e50";
        int slash = column.IndexOf('/', StringComparison.Ordinal);
        return (slash < 0 ? column : column[..slash]) switch
        {
            Norm when value < 1e-50 => "must be positive: the norm |w|",
            Rate or WeightDecay or GradientSquare or Noise when value < 0 => "must be at least 0",
            Momentum or Dampening when value is < 0 or >= 1 => "must be at least 0 and less than 1",
            Angle when value is < 0 or > Math.PI => "must be an angle from 0 to pi, in radians",
            _ => null,
        };
    }
}
