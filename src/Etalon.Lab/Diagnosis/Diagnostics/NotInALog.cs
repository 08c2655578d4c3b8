using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>A diagnostic that needs more than a log has, and says what.</summary>
internal sealed class NotInALog(string id, string quantity, string needs) : Diagnostic(id, quantity, "not in a log")
{
    /// <inheritdoc/>
    public override IEnumerable<Finding> Judge(LogPhase phase) => [Finding(phase, "", needs)];
}
