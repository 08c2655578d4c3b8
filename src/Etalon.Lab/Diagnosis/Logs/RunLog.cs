using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Logs;

/// <summary>
/// What a run wrote down of its updates and of groups of weights: all that <c>diagnose</c> reads. Rows ascend by step and may leave steps
/// out.
/// </summary>
internal sealed record RunLog
{
    // Rates of float32, added up or interpolated.
    private const double Slack = 1e-3;

    /// <summary>Where it comes from: a run's name or a file.</summary>
    public required string Source { get; init; }

    /// <summary>The formula of the update.</summary>
    public required UpdateRule Rule { get; init; }

    /// <summary>Whether the log says so; else it is taken to be heavy ball.</summary>
    public bool IsRuleLogged { get; init; }

    /// <summary>The 0-based update of each row.</summary>
    public required long[] Steps { get; init; }

    /// <summary>The rate η of each row's update; NaN where it is missing.</summary>
    public required double[] Rate { get; init; }

    /// <summary>The weight decay λ of each row's update.</summary>
    public required double[] WeightDecay { get; init; }

    /// <summary>The momentum μ of each row's update.</summary>
    public required double[] Momentum { get; init; }

    /// <summary>The groups, in the order of their first columns.</summary>
    public required IReadOnlyList<LogGroup> Groups { get; init; }

    /// <summary>Updates that the run was planned to have; null where nobody said.</summary>
    public long? PlannedSteps { get; init; }

    /// <summary>The optimizer's class, as PyTorch calls it; null where the log does not say.</summary>
    public string? Optimizer { get; init; }

    /// <summary>Which laws its updates follow.</summary>
    internal OptimizerKind Kind => OptimizerKinds.Of(Optimizer, Rule.Decay == DecayForm.Decoupled);

    /// <summary>The update in words: SGD's as a formula, of another rule with its direction U.</summary>
    internal string Formula => Kind == OptimizerKind.Sgd ? Rule.ToString()
        : Rule.Decay == DecayForm.Decoupled
            || Kind is OptimizerKind.Lion or OptimizerKind.Signum or OptimizerKind.Muon or OptimizerKind.AdamW
            ? $"w ← (1 - η λ) w - η U, with the direction U of {Optimizer}"
            : $"w ← w - η U, with the direction U that {Optimizer} makes of g + λ w";

    /// <summary>β₂ of Adam or Lion at each row; empty where it was not logged.</summary>
    public double[] Beta2 { get; init; } = [];

    /// <summary>Whether Muon's direction looks ahead.</summary>
    public bool LooksAhead { get; init; }

    /// <summary>What the logger wrote down about the optimizer's parameter groups and the network's modules; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>
    /// Whether the weights are trained in an equivalent form without decay: they are in the parameter group that the exported scheduler
    /// names so, and have none.
    /// </summary>
    internal bool IsConverted => Note?.Contains(ConvertedGroup, StringComparison.Ordinal) == true && Groups.Count > 0
        && Groups.All(group => group.WeightDecay.All(decay => !(decay > 0)));

    // As the logger writes "group 0 covered: lr ...".
    private const string ConvertedGroup = " covered: lr ";

    /// <summary>The updates that a row's sums cover, from the row before on; empty where there are no sums.</summary>
    public double[] Covered { get; init; } = [];

    /// <summary>The sum of rate times decay over the updates since the row before; empty where it was not logged.</summary>
    public double[] DecaySum { get; init; } = [];

    /// <summary>How many normalizations that keep statistics were in eval() at each row; empty where it was not logged.</summary>
    public double[] NormsInEval { get; init; } = [];

    /// <summary>The smallest rate since the row before, that row's included; empty where it was not logged.</summary>
    public double[] LeastRate { get; init; } = [];

    /// <summary>The largest rate since the row before, that row's included; empty where it was not logged.</summary>
    public double[] MostRate { get; init; } = [];

    /// <summary>The rows before which other weights were loaded, as far as was found.</summary>
    public IReadOnlyList<int> Replaced { get; init; } = [];

    /// <summary>Columns that mean nothing here.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>What was wrong with the log and was gone without.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The update after the last one that the log speaks of: as far as its usual interval reaches past the last row.</summary>
    public long End => PlannedSteps is { } planned ? Math.Min(planned, Steps[^1] + Interval) : Steps[^1] + Interval;

    /// <summary>Updates from a row to the next: the median; 1 for a single row.</summary>
    public long Interval => field > 0 ? field : field = Median();

    /// <summary>The same log with other groups.</summary>
    internal RunLog With(IEnumerable<LogGroup> groups) => this with { Groups = [.. groups] };

    /// <summary>Whether a row's sums cover all updates since the row before.</summary>
    internal bool IsWholeInterval(int row) => row > 0 && row < Covered.Length && Covered[row] == Steps[row] - Steps[row - 1];

    /// <summary>Whether other weights were loaded between two rows.</summary>
    internal bool IsReplacedBetween(int row, int next) => Replaced.Any(at => at > row && at <= next);

    /// <summary>Whether the log knows that the rate was somewhere else between two rows that follow each other.</summary>
    internal bool MovesBetween(int row, int next)
    {
        if (next >= LeastRate.Length || next >= MostRate.Length || !double.IsFinite(LeastRate[next] + MostRate[next])) return false;
        double least = Math.Min(Rate[row], Rate[next]), most = Math.Max(Rate[row], Rate[next]);
        return LeastRate[next] < least * (1 - Slack) || MostRate[next] > most * (1 + Slack);
    }

    private long Median()
    {
        if (Steps.Length < 2) return 1;
        long[] gaps = [.. Steps.Zip(Steps.Skip(1), (a, b) => b - a).Order()];
        return gaps[gaps.Length / 2];
    }
}
