using Etalon.Lab.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// What a log has of one group of weights: a number for each of its rows, NaN where it is missing. With w before update t and g its
/// gradient of the loss alone.
/// </summary>
internal sealed record LogGroup
{
    /// <summary>The group of all scale-invariant weights together.</summary>
    public const string Whole = MonitorReading.WholeGroup;

    /// <summary>The group of all parameters of the optimizer, of which only the gradient is logged.</summary>
    public const string Everything = "all";

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>|w|.</summary>
    public required double[] Norm { get; init; }

    /// <summary>|g|².</summary>
    public required double[] GradientSquare { get; init; }

    /// <summary>⟨g, w⟩.</summary>
    public required double[] Dot { get; init; }

    /// <summary>The angle between w and the weights after the update, in radians.</summary>
    public required double[] Angle { get; init; }

    /// <summary>⟨v, g⟩ with the momentum buffer v before the update.</summary>
    public required double[] BufferDot { get; init; }

    /// <summary>|w'|² over what the update rule makes of w, v and g, minus 1.</summary>
    public required double[] Residual { get; init; }

    /// <summary>The trace of the covariance of g, Tr Σ.</summary>
    public required double[] Noise { get; init; }

    /// <summary>The square of the mean gradient, |grad L|².</summary>
    public required double[] Signal { get; init; }

    /// <summary>The sum of η² |g|² over the updates since the row before.</summary>
    public required double[] GradientSquareSum { get; init; }

    /// <summary>The sum of η² ⟨v, g⟩ over the updates since the row before.</summary>
    public required double[] BufferDotSum { get; init; }

    /// <summary>The sum of the group's ηλ over the updates since the row before.</summary>
    public required double[] DecaySum { get; init; }

    /// <summary>The sum of the group's η over the updates since the row before.</summary>
    public required double[] RateSum { get; init; }

    /// <summary>The largest |gᵢ| of the gradient's elements.</summary>
    public required double[] LargestElement { get; init; }

    /// <summary>The share of |g|² in the means over each filter or row.</summary>
    public required double[] FilterMeans { get; init; }

    /// <summary>Σ|wᵢ|.</summary>
    public required double[] AbsoluteSum { get; init; }

    /// <summary>The largest |g|² of the updates since the row before.</summary>
    public required double[] MostGradientSquare { get; init; }

    /// <summary>⟨v, w⟩ with the momentum buffer v before the update.</summary>
    public required double[] BufferWeight { get; init; }

    /// <summary>|U|² of an update w' = (1 - η λ) w - η U.</summary>
    public required double[] UpdateSquare { get; init; }

    /// <summary>⟨U, w⟩.</summary>
    public required double[] UpdateDot { get; init; }

    /// <summary>How many numbers w is.</summary>
    public required double[] Elements { get; init; }

    /// <summary>How many rows a matrix has.</summary>
    public required double[] MatrixRows { get; init; }

    /// <summary>The group's own rate η; the log's where it has no other.</summary>
    public required double[] Rate { get; init; }

    /// <summary>The group's own weight decay λ.</summary>
    public required double[] WeightDecay { get; init; }

    /// <summary>The group's own momentum μ.</summary>
    public required double[] Momentum { get; init; }

    /// <summary>A group of the columns of a log.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="column">The numbers of a column by its name, such as norm/conv1.weight; NaN where there is none.</param>
    /// <param name="rate">The group's rate at each row.</param>
    /// <param name="weightDecay">Its weight decay.</param>
    /// <param name="momentum">Its momentum.</param>
    internal static LogGroup Of(string name, Func<string, double[]> column, double[] rate, double[] weightDecay, double[] momentum) => new()
    {
        Name = name,
        Norm = column(MonitorKeys.Norm + name),
        GradientSquare = column(MonitorKeys.GradientSquare + name),
        Dot = column(MonitorKeys.Dot + name),
        Angle = column(MonitorKeys.Angle + name),
        BufferDot = column(MonitorKeys.BufferDot + name),
        Residual = column(MonitorKeys.Residual + name),
        Noise = column(MonitorKeys.Noise + name),
        Signal = column(MonitorKeys.Signal + name),
        GradientSquareSum = column(LogColumns.GradientSquareSum + name),
        BufferDotSum = column(LogColumns.BufferDotSum + name),
        DecaySum = column(LogColumns.DecaySum + "/" + name),
        RateSum = column(LogColumns.RateSum + "/" + name),
        LargestElement = column(LogColumns.LargestElement + name),
        FilterMeans = column(LogColumns.FilterMeans + name),
        AbsoluteSum = column(LogColumns.AbsoluteSum + name),
        MostGradientSquare = column(LogColumns.MostGradientSquare + name),
        BufferWeight = column(MonitorKeys.BufferWeight + name),
        UpdateSquare = column(LogColumns.UpdateSquare + name),
        UpdateDot = column(LogColumns.UpdateDot + name),
        Elements = column(LogColumns.Elements + name),
        MatrixRows = column(LogColumns.MatrixRows + name),
        Rate = rate,
        WeightDecay = weightDecay,
        Momentum = momentum,
    };
}
