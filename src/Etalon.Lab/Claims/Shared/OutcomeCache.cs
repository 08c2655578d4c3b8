using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Etalon.Lab.Files;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Claims.Shared;

/// <summary>Outcomes kept in the report's folder, so that an interrupted reproduction does not compute them again.</summary>
/// <typeparam name="T">What is kept of each.</typeparam>
/// <param name="folder">The folder of the report, or of its runs.</param>
internal sealed class OutcomeCache<T>(string folder) where T : class
{
    private static readonly JsonSerializerOptions Json = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    /// <summary>An outcome: the kept one, or a new one, which is kept.</summary>
    /// <param name="name">Its name in the folder.</param>
    /// <param name="settings">Whatever decides it; outcomes of other settings, or of another version, are not used.</param>
    /// <param name="train">Gives a new one.</param>
    public T Get(string name, object settings, Func<T> train)
    {
        string identity = Convert.ToHexStringLower(
            SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    JsonSerializer.Serialize(new { RunIdentity.ThisVersion, Arithmetic = Arithmetic.Version, Settings = settings },
                        Json))))[..16];
        string path = Path.Combine(folder, "kept", $"{name}-{identity}.json");
        if (Read(path) is { } kept) return kept;
        var outcome = train();
        AtomicFile.Write(path, writer => writer.Write(JsonSerializer.Serialize(outcome, Json)));
        return outcome;
    }

    private static T? Read(string path)
    {
        if (!File.Exists(path)) return null;
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllText(path), Json);
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException or ArgumentException
            or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // Damaged or not to be read, in whatever way: trained anew, and the others are used.
            return null;
        }
    }
}
