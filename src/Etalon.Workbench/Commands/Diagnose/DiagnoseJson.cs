using System.Text.Json;
using Etalon.Lab.Diagnosis;
using Etalon.Workbench.Json;

namespace Etalon.Workbench.Commands;

/// <summary>
/// What <c>diagnose --json</c> prints: the flags, and every finding, or the settled rates; a number that cannot be said is null.
/// </summary>
internal static class DiagnoseJson
{
    public static void Write(RunDiagnosis diagnosis, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            diagnosis.Log.Source,
            Rule = diagnosis.Log.Formula,
            diagnosis.Log.Warnings,
            Against = diagnosis.Reference?.Name,
            Verdict = DiagnosisText.Verdict(diagnosis),
            Headline = string.Join(' ', DiagnosisText.Headline(diagnosis, int.MaxValue)),
            Flags = diagnosis.Flags.Select(
                flag => new
                {
                    flag.Kind,
                    flag.Cause,
                    flag.Shown,
                    flag.Remedy,
                    Value = JsonNumber.Of(flag.Value),
                    Margin = JsonNumber.Of(flag.Margin),
                    flag.Groups,
                    flag.Phases
                }),
            diagnosis.Remarks,
            diagnosis.Checked,
            diagnosis.NotLookedAt,
            Phases = diagnosis.PhaseLines,
            Findings = diagnosis.Findings.Select(Finding),
        },
        JsonFormat.Options));

    public static void Write(SettledRates rates, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            rates.Source,
            // Words of JSON are joined by underscores.
            Optimizer = rates.Optimizer.Replace('-', '_'),
            rates.Steps,
            Groups = rates.Groups.Select(group => new
            {
                group.Group,
                group.First,
                group.Settled,
                Drift = JsonNumber.Of(group.Drift),
                Power = JsonNumber.Of(group.Power),
                group.Rate,
                Angle = JsonNumber.Of(group.Angle),
                RadialShare = JsonNumber.Of(group.RadialShare),
                EffectiveRates = rates.Rates(group.Group).Select(JsonNumber.Of),
            }),
        },
        JsonFormat.Options));

    private static object Finding(Finding finding) => new
    {
        finding.Id,
        finding.Quantity,
        finding.Phase,
        finding.Group,
        Value = JsonNumber.Of(finding.Value),
        Margin = JsonNumber.Of(finding.Margin),
        Predicted = JsonNumber.Of(finding.Predicted),
        finding.Limit,
        finding.Says,
    };
}
