namespace Etalon.Lab.Diagnosis;

/// <summary>A fault of a run: its cause, the number that shows it, and what to do.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Cause">The cause, as a short sentence without its full stop.</param>
/// <param name="Shown">What shows it, with the number.</param>
/// <param name="Remedy">What to do.</param>
public sealed record Flag(FlagKind Kind, string Cause, string Shown, string Remedy)
{
    /// <summary>The number that shows it; NaN where words do.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>How far the number may be off in 95 of 100 logs; NaN where it is exact.</summary>
    public double Margin { get; init; } = double.NaN;

    /// <summary>The groups of weights that have it, all of them; empty for what concerns the run.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>The phases that have it, from 1; empty for all.</summary>
    public IReadOnlyList<int> Phases { get; init; } = [];
}
