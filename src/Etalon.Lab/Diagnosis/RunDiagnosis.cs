using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>
/// What is wrong with a run, and where it stands against the theory of scale-invariant weights: measured against predicted, for each phase
/// and group.
/// </summary>
internal sealed class RunDiagnosis
{
    private RunDiagnosis(RunLog log, Reference? reference)
    {
        (Log, Reference) = (log, reference);
        var evidence = new Evidence(log);
        var flags = new List<Flag>();
        // What a comparison finds is the cause: it knows what was meant.
        if (reference is not null && !log.IsConverted) flags.AddRange(ScheduleComparison.Of(log, reference, evidence));
        // Each cause takes what it explains out of the evidence, so the next one sees another log.
        foreach (var cause in CauseCatalog.All) flags.AddRange(cause.Find(evidence));
        evidence.ForgetChecksOfTooFewRows();
        Flags = flags;
        (Evidence, Phases) = (evidence, evidence.Phases);
        RunRemarks.AddTo(evidence, isCompared: reference is not null && !log.IsConverted);
        if (reference is not null && log.IsConverted)
            evidence.NotLookedAt.Add($"the numbers against {reference.Name}: the log has those of an equivalent form, which are others");
        var diagnostics = evidence.HasDirections ? DiagnosticCatalog.OfDirections : DiagnosticCatalog.All;
        Findings = [.. Phases.SelectMany(phase => diagnostics.SelectMany(diagnostic => diagnostic.Judge(phase)))];
    }

    /// <summary>The log.</summary>
    public RunLog Log { get; }

    /// <summary>What it was compared with; null for nothing.</summary>
    public Reference? Reference { get; }

    /// <summary>The faults, the cause first; empty where none was found.</summary>
    public IReadOnlyList<Flag> Flags { get; }

    /// <summary>What is worth knowing and no fault.</summary>
    public IReadOnlyList<string> Remarks => Evidence.Remarks;

    /// <summary>What was looked at and found in order.</summary>
    public IReadOnlyList<string> Checked => Evidence.Checked;

    /// <summary>What was not looked at, and why.</summary>
    public IReadOnlyList<string> NotLookedAt => Evidence.NotLookedAt;

    /// <summary>What every diagnostic measures of each group in each phase, of the log without what the flags explain.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>Phases of the log.</summary>
    public int PhaseCount => Phases.Count;

    /// <summary>What each phase is: its updates, its numbers at both ends, its mixing units.</summary>
    public IReadOnlyList<PhaseSummary> PhaseLines => [.. Phases.Select(PhaseSummary.Of)];

    internal Evidence Evidence { get; }

    internal IReadOnlyList<LogPhase> Phases { get; }

    /// <summary>Diagnoses a run's folder, or a CSV log.</summary>
    /// <param name="path">The folder or the file.</param>
    /// <param name="reference">What the run should have been; null for nothing to compare with.</param>
    /// <exception cref="InputException">It is neither, or has nothing to diagnose; everything that is wrong is said.</exception>
    public static RunDiagnosis Of(string path, Reference? reference = null) => Of(ReadLog(path), reference);

    /// <summary>Diagnoses a log.</summary>
    internal static RunDiagnosis Of(RunLog log, Reference? reference = null) => new(log, reference);

    /// <summary>Reads a run's folder, or a CSV log.</summary>
    internal static RunLog ReadLog(string path) => Directory.Exists(path) ? RunFolderLog.Read(path) : CsvLog.Read(path);
}
