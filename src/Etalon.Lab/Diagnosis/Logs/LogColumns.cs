using Etalon.Lab.Runs;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// The names of a log's columns: the numbers of the update, and what the monitors of a run measure too, as in <c>norm/conv1.weight</c>.
/// </summary>
internal static class LogColumns
{
    public const string Step = "step", Rate = "lr", WeightDecay = "weight_decay", Momentum = "momentum", Dampening = "dampening",
        Nesterov = "nesterov", Decoupled = "decoupled";

    /// <summary>Sums over the updates since the row before.</summary>
    public const string GradientSquareSum = "gradsq_sum/", BufferDotSum = "buffer_dot_sum/", MostGradientSquare = "gradsq_max/",
        DecaySum = "decay_sum", RateSum = "lr_sum", Covered = "updates", LeastRate = "lr_min", MostRate = "lr_max";

    /// <summary>
    /// The largest element of a gradient, the sum of the sizes of a weight's elements, and the share of |g|² in the means of filters.
    /// </summary>
    public const string LargestElement = "gradmax/", AbsoluteSum = "norm1/", FilterMeans = "gradmean/";

    /// <summary>Of an update w' = (1 - η λ) w - η U: |U|², ⟨U, w⟩, how many numbers w is, and how many rows a matrix has.</summary>
    public const string UpdateSquare = MonitorKeys.UpdateSquare,
        UpdateDot = MonitorKeys.UpdateDot, Elements = "elements/", MatrixRows = "rows/";

    /// <summary>β₂ and ε of Adam; the momentum is its β₁.</summary>
    public const string Beta2 = "beta2", Epsilon = "eps";

    /// <summary>How many normalizations that keep statistics were in eval().</summary>
    public const string NormsInEval = "norms_in_eval";

    /// <summary>Words: the optimizer's class, and what the logger wrote down of its groups and of the network.</summary>
    public const string Optimizer = "optimizer", Note = "note", Modules = "modules";

    /// <summary>Columns of words.</summary>
    public static readonly IReadOnlyList<string> Words = [Optimizer, Note, Modules];

    /// <summary>Columns about what happened since the row before.</summary>
    public static readonly IReadOnlyList<string> Intervals = [Covered, LeastRate, MostRate, DecaySum, RateSum, NormsInEval, Beta2, Epsilon];

    /// <summary>What Etalon's logger writes too, for other readers.</summary>
    public static bool IsOfTheLogger(string column) =>
        Unread.Any(name => column == name || column.StartsWith($"{name}/", StringComparison.Ordinal));

    /// <summary>
    /// What a log must have to say how long anything takes. A group with numbers of its own has them as in <c>lr/conv1.weight</c>.
    /// </summary>
    public static readonly IReadOnlyList<string> Numbers = [Rate, WeightDecay, Momentum];

    /// <summary>The update rule where it is not PyTorch's usual SGD: 0 or 1, but for the dampening.</summary>
    public static readonly IReadOnlyList<string> Rule = [Dampening, Nesterov, Decoupled];

    private static readonly string[] Unread = ["lr_changes", "lr_jumps", "group", "gradsq_min"];

    private static readonly string[] Quantities =
    [
        MonitorKeys.Norm, MonitorKeys.GradientSquare, MonitorKeys.Dot, MonitorKeys.Angle, MonitorKeys.BufferDot, MonitorKeys.Residual,
        MonitorKeys.Noise, MonitorKeys.Signal, GradientSquareSum, BufferDotSum, MostGradientSquare, MonitorKeys.BufferWeight,
        DecaySum + "/", RateSum + "/", LargestElement, AbsoluteSum, FilterMeans,
        UpdateSquare, UpdateDot, Elements, MatrixRows,
    ];

    /// <summary>The group of a column such as norm/conv1.weight; null where the column is none of a group.</summary>
    public static string? GroupOf(string column)
    {
        int name = column.IndexOf('/', StringComparison.Ordinal) + 1;
        return name > 0 && name < column.Length && (Quantities.Contains(column[..name]) || Numbers.Contains(column[..(name - 1)]))
            ? column[name..] : null;
    }

    /// <summary>A rate or a decay below which it counts as 0, so that the product of two and its reciprocal stay within float64.</summary>
    public const double LeastNumber = 1e-150;

    /// <summary>It, in words.</summary>
    public const string LeastNumberText = "1e-150";

    /// <summary>Whether a column is a rate or a decay, of the run or of a group.</summary>
    public static bool IsRateOrDecay(string column)
    {
        int slash = column.IndexOf('/', StringComparison.Ordinal);
        return (slash < 0 ? column : column[..slash]) is Rate or WeightDecay;
    }

    /// <summary>A rate or a decay as the laws take it.</summary>
    public static double Counted(double value) => value < LeastNumber ? 0 : value;

    /// <summary>Why a number cannot stand in a column; null where it can.</summary>
    /// <remarks>Beyond 1e50 either way the fourth power of a norm, times a few others, leaves float64.</remarks>
    public static string? Fault(string column, double value)
    {
        if (!double.IsFinite(value)) return "is not finite";
        if (Math.Abs(value) > 1e50) return "is beyond 1e50";
        int slash = column.IndexOf('/', StringComparison.Ordinal);
        string quantity =
            slash < 0 || Numbers.Contains(column[..slash]) ? column[..(slash < 0 ? column.Length : slash)] : column[..(slash + 1)];
        return quantity switch
        {
            MonitorKeys.Norm when value < 1e-50 => "must be positive: the norm |w|",
            Rate or WeightDecay or MonitorKeys.GradientSquare or MonitorKeys.Noise or GradientSquareSum or MostGradientSquare or DecaySum
                or DecaySum + "/" or RateSum or RateSum + "/" or LeastRate or MostRate or Covered or NormsInEval or LargestElement
                or AbsoluteSum or FilterMeans or UpdateSquare or Epsilon when value < 0 => "must be at least 0",
            Elements or MatrixRows when value < 1 => "must be at least 1",
            Momentum or Dampening or Beta2 when value is < 0 or >= 1 => "must be at least 0 and less than 1",
            MonitorKeys.Angle when value is < 0 or > Math.PI => "must be an angle from 0 to pi, in radians",
            _ => null,
        };
    }
}
