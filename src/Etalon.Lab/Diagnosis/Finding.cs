namespace Etalon.Lab.Diagnosis;

/// <summary>What one diagnostic says of one group in one phase.</summary>
internal sealed record Finding
{
    /// <summary>The number of the diagnostic, such as D5.</summary>
    public required string Id { get; init; }

    /// <summary>What it measures.</summary>
    public required string Quantity { get; init; }

    /// <summary>The phase, counted from 1.</summary>
    public required int Phase { get; init; }

    /// <summary>The group of weights; empty for what is said of the phase.</summary>
    public required string Group { get; init; }

    /// <summary>The measured value; NaN where it cannot be said.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>How far the value may be off in 95 of 100 logs; NaN where it is exact, or nobody knows.</summary>
    public double Margin { get; init; } = double.NaN;

    /// <summary>What the theory predicts; NaN where it predicts nothing.</summary>
    public double Predicted { get; init; } = double.NaN;

    /// <summary>The threshold, in words.</summary>
    public required string Limit { get; init; }

    /// <summary>What the value means.</summary>
    public required string Says { get; init; }

    /// <summary>How far it is towards its threshold, by which the worst group is found: 1 is at it.</summary>
    public double Severity { get; init; }

    /// <summary>Whether there is a value.</summary>
    public bool IsKnown => !double.IsNaN(Value);
}
