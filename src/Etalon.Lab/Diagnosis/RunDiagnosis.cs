using Etalon.Lab.Diagnosis.Diagnostics;
using Etalon.Lab.Diagnosis.Logs;
using Etalon.Lab.Diagnosis.Measurements;

namespace Etalon.Lab.Diagnosis;

/// <summary>Where a run stands against the theory of scale-invariant weights: measured against predicted, for each phase and group.</summary>
public sealed class RunDiagnosis
{
    private RunDiagnosis(RunLog log)
    {
        Log = log;
        Phases = LogPhase.Of(log);
        Findings = [.. Phases.SelectMany(phase => DiagnosticCatalog.All.SelectMany(diagnostic => diagnostic.Judge(phase)))];
        Flags = Flag.Of(Findings);
    }

    /// <summary>The log.</summary>
    public RunLog Log { get; }

    /// <summary>What every diagnostic says of each group in each phase.</summary>
    public IReadOnlyList<Finding> Findings { get; }

    /// <summary>What to look after, the weightiest first; empty where all is well as far as the log shows.</summary>
    public IReadOnlyList<Flag> Flags { get; }

    /// <summary>Phases of the log.</summary>
    public int PhaseCount => Phases.Count;

    internal IReadOnlyList<LogPhase> Phases { get; }

    /// <summary>Diagnoses a run's folder, or a CSV log.</summary>
    /// <param name="path">The folder or the file.</param>
    /// <exception cref="InputException">It is neither, or has nothing to diagnose; everything that is wrong is said.</exception>
    public static RunDiagnosis Of(string path) => Of(Directory.Exists(path) ? RunFolderLog.Read(path) : CsvLog.Read(path));

    /// <summary>Diagnoses a log.</summary>
    internal static RunDiagnosis Of(RunLog log) => new(log);
}
