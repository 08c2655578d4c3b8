using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Lab.Experiments.Equilibrium;
using Etalon.Lab.Reports;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Claims;

/// <summary>The outcomes of arms that have been trained, kept in the report's folder, so that an interrupted reproduction goes on with the arm at work.</summary>
/// <param name="folder">The report's folder.</param>
/// <param name="experiment">The settings; outcomes of other settings, or of another version, are not used.</param>
internal sealed class KeptOutcomes(string folder, FastEquilibrium experiment)
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>The outcome of an arm: the kept one, or a new one, which is kept.</summary>
    public ArmOutcome Get(double intrinsicRate, EquilibriumArm arm, Func<ArmOutcome> train)
    {
        string identity = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
            JsonSerializer.Serialize(new { RunIdentity.ThisVersion, Experiment = experiment with { IntrinsicRates = [intrinsicRate], Arms = [arm] } }, Json))))[..16];
        string path = Path.Combine(folder, "kept", $"{arm.Name.Replace(' ', '-')}-{intrinsicRate:R}-{identity}.json");
        if (Read(path) is { } kept) return kept;
        var outcome = train();
        AtomicFile.Write(path, writer => writer.Write(JsonSerializer.Serialize(outcome, Json)));
        return outcome;
    }

    private static ArmOutcome? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<ArmOutcome>(File.ReadAllText(path), Json);
        }
        catch (JsonException)
        {
            // Damaged: trained anew.
            return null;
        }
    }
}
