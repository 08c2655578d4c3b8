using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// A log while causes are looked for in it. What a found cause explains is taken out before the next is judged, so that no two flags speak
/// of one thing.
/// </summary>
internal sealed class Evidence
{
    private readonly HashSet<string> _lawless = [], _unlikeTheLog = [];
    // A number of one or two rows agrees with anything.
    private const int FewestRows = 3;

    private bool _isAskedTogether;

    public Evidence(RunLog log) => (Log, Phases) = (log, LogPhase.Of(log));

    /// <summary>The log, less what was explained.</summary>
    public RunLog Log { get; private set; }

    /// <summary>Its phases.</summary>
    public IReadOnlyList<LogPhase> Phases { get; private set; }

    /// <summary>Whether the updates are those of SGD, as far as was found.</summary>
    public bool IsSgd { get; private set; } = true;

    /// <summary>
    /// Whether the updates have a size of their own, w' = (1 - η λ) w - η U as of AdamW, and the log has their products with w.
    /// </summary>
    public bool HasDirections { get; private set; }

    /// <summary>Whether gradients are cut, as far as was found.</summary>
    public bool IsClipped { get; set; }

    /// <summary>Whether gradients are sums over updates, as far as was found.</summary>
    public bool IsAccumulated { get; set; }

    /// <summary>Whether an L2 term in the loss was found, and counts as decay of the groups that have it.</summary>
    public bool IsTermCounted { get; set; }

    /// <summary>Why the log's numbers do not say how far the run went, in mixing units; null where they do, as far as was found.</summary>
    public string? NoUnits { get; set; }

    /// <summary>Remarks: what is worth knowing and no fault.</summary>
    public List<string> Remarks { get; } = [];

    /// <summary>What was looked at and found in order, a few words each.</summary>
    public List<string> Checked { get; } = [];

    /// <summary>What was not looked at, and why.</summary>
    public List<string> NotLookedAt { get; } = [];

    /// <summary>The single groups of weights: all but the one of all together and the gradient of everything.</summary>
    public IReadOnlyList<LogGroup> Tensors => [.. Log.Groups.Where(group => group.Name is not (LogGroup.Whole or LogGroup.Everything))];

    /// <summary>The groups that a question can be asked of: the single ones, or the one of all together where there is no other.</summary>
    public IReadOnlyList<LogGroup> Groups =>
        Tensors is { Count: > 0 } tensors ? tensors : [.. Log.Groups.Where(group => group.Name == LogGroup.Whole)];

    /// <summary>Takes a cause out of the log: what is judged from now on is the log without it.</summary>
    public void Explain(RunLog without) => (Log, Phases) = (without, LogPhase.Of(without));

    /// <summary>Whether the log has so few rows that nothing is worth saying of them.</summary>
    public bool HasTooFewRows => Log.Steps.Length < FewestRows;

    /// <summary>Of a log of one or two rows nothing counts as checked.</summary>
    public void ForgetChecksOfTooFewRows()
    {
        if (!HasTooFewRows) return;
        Checked.Clear();
        NotLookedAt.Insert(0,
            $"whether anything is in order: the log has {Text.Count(Log.Steps.Length, "row")}, and no check is worth its name below "
            + $"{FewestRows}; most need 10 to 20");
    }

    /// <summary>From now on no law of scale-invariant weights is asked of these groups.</summary>
    public void SetAside(IEnumerable<string> groups)
    {
        _lawless.UnionWith(groups);
        _lawless.Add(LogGroup.Whole);
    }

    /// <summary>From now on the laws are asked of all weights together in the place of these groups.</summary>
    public void AskTogether(IEnumerable<string> groups)
    {
        _lawless.UnionWith(groups);
        _isAskedTogether = true;
    }

    /// <summary>The groups that the laws speak about, as far as was found.</summary>
    public IReadOnlyList<LogGroup> LawGroups =>
        [.. Log.Groups.Where(
            group => group.Name != LogGroup.Everything && HasLaw(group.Name)
                && (group.Name != LogGroup.Whole || _isAskedTogether || Tensors.Count == 0))];

    /// <summary>From now on nothing that needs the log's rate, decay or rule is asked of these groups.</summary>
    public void Distrust(IEnumerable<string> groups)
    {
        _unlikeTheLog.UnionWith(groups);
        _unlikeTheLog.Add(LogGroup.Whole);
    }

    /// <summary>From now on no law of SGD is asked at all; those of updates of their own size are, where the log can be asked.</summary>
    public void IsAnotherOptimizer(bool hasDirections) => (IsSgd, HasDirections) = (false, hasDirections);

    /// <summary>Whether the laws of scale-invariant weights under SGD speak about a group, as far as was found.</summary>
    public bool HasLaw(string group) => IsSgd && !_lawless.Contains(group) && !_unlikeTheLog.Contains(group);

    /// <summary>The groups that the laws of updates of their own size speak about; Muon's are of single matrices.</summary>
    public IReadOnlyList<LogGroup> DirectionGroups =>
        [.. Log.Groups.Where(group => HasDirection(group.Name)
            && (group.Name != LogGroup.Whole ? group.Name != LogGroup.Everything : _isAskedTogether || Tensors.Count == 0))];

    /// <summary>Whether these laws speak about a group, as far as was found.</summary>
    public bool HasDirection(string group) => HasDirections && !_lawless.Contains(group) && !_unlikeTheLog.Contains(group);

    /// <summary>Whether a group is scale-invariant, as far as was found.</summary>
    public bool IsInvariant(string group) => !_lawless.Contains(group);

    /// <summary>
    /// Whether a buffer holds gradients that no row shows, in sums or in what single updates leave, so that what it made is known by
    /// samples alone.
    /// </summary>
    /// <remarks>
    /// Rows at the same places of each epoch see its last, smaller batch always or never, and gradients that burst in a few updates are
    /// seen by the buffer for ten and by a row for one: angles of sound networks were 0.65 to 3.1 times what samples make, where their
    /// scatter said 0.1. A residual that is no rounding says that something is wrong, and then samples may say what.
    /// </remarks>
    public bool IsSampled(LogGroup group)
    {
        bool isEachUpdate = Log.Steps[^1] - Log.Steps[0] == Log.Steps.Length - 1,
            hasSums = Enumerable.Range(1, Log.Steps.Length - 1).All(Log.IsWholeInterval);
        return !isEachUpdate && !hasSums && group.Momentum.Any(momentum => momentum > 0) && !group.Residual.Any(double.IsFinite);
    }

    /// <summary>A group in each phase.</summary>
    public IEnumerable<GroupPhase> InPhases(string group) => Phases.Select(phase => phase.Groups.First(each => each.Name == group));
}
