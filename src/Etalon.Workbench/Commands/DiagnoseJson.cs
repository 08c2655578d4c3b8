using System.Text.Json;
using Etalon.Lab.Diagnosis;

namespace Etalon.Workbench.Commands;

/// <summary>What <c>diagnose --json</c> prints: the flags, and every finding, or the settled rates; a number that cannot be said is null.</summary>
internal static class DiagnoseJson
{
    public static void Write(RunDiagnosis diagnosis, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            diagnosis.Log.Source,
            Rule = diagnosis.Log.Rule.ToString(),
            diagnosis.Log.Warnings,
            Flags = diagnosis.Flags.Select(flag => new { flag.Kind, flag.Title, flag.Remedy, Findings = flag.Findings.Select(Finding) }),
            Findings = diagnosis.Findings.Select(Finding),
        },
        RunsCommand.Json));

    public static void Write(SettledRates rates, TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            rates.Source,
            rates.Optimizer,
            rates.Steps,
            Groups = rates.Groups.Select(group => new
            {
                group.Group,
                group.First,
                group.Settled,
                Drift = Known(group.Drift),
                Power = Known(group.Power),
                group.Rate,
                Angle = Known(group.Angle),
                RadialShare = Known(group.RadialShare),
                EffectiveRates = rates.Rates(group.Group).Select(Known),
            }),
        },
        RunsCommand.Json));

    private static object Finding(Finding finding) => new
    {
        finding.Id,
        finding.Quantity,
        finding.Phase,
        finding.Group,
        Value = Known(finding.Value),
        Error = Known(finding.Error),
        Predicted = Known(finding.Predicted),
        finding.Limit,
        finding.Says,
        finding.Flag,
    };

    private static double? Known(double value) => double.IsFinite(value) ? value : null;
}
