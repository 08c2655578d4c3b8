using Etalon.Lab.Charts;

namespace Etalon.Lab.Simulations.Scenarios;

/// <summary>What a scenario showed.</summary>
/// <param name="Title">The first line.</param>
/// <param name="Setting">What was simulated, line by line: loss, update, replicas.</param>
/// <param name="Findings">Predicted against measured.</param>
/// <param name="Chart">Its curves.</param>
/// <param name="Meaning">What it shows, in a sentence or two.</param>
public sealed record ScenarioReport(string Title, IReadOnlyList<string> Setting, IReadOnlyList<Finding> Findings, Chart Chart, string Meaning)
{
    /// <summary>Whether each finding agrees with its prediction.</summary>
    public bool Holds => Findings.All(finding => finding.Holds);
}
