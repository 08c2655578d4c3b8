using System.Text.Json.Nodes;

namespace Etalon.Lab.Runs;

/// <summary>
/// The version of the arithmetic: two runs of one recipe have the same bits where it is the same. docs/engine.md tells what each one
/// changed; whoever changes a bit of an ordinary run counts on, and adds a row there.
/// </summary>
internal static class Arithmetic
{
    /// <summary>The version at work.</summary>
    public const int Version = 3;

    /// <summary>Its name in resolved.json and in the texts of a checkpoint.</summary>
    public const string Key = "arithmetic";

    // What runs were computed with before the version was written down.
    private const int Unwritten = 1;

    /// <summary>The one that a checkpoint was computed with.</summary>
    /// <exception cref="InputException">It says something else than a whole number.</exception>
    public static long Of(Checkpoint checkpoint) => checkpoint.Metadata.ContainsKey(Key) ? checkpoint.Integer(Key) : Unwritten;

    /// <summary>The one that a run began with.</summary>
    public static long Of(JsonObject resolved) =>
        resolved[Key] is JsonValue value && value.TryGetValue(out long version) ? version : Unwritten;

    /// <summary>The words for a state of another version, which does not continue exactly.</summary>
    public static string NotExact(long was) =>
        $"not exact: computed with arithmetic {was} so far, and with {Version} from here on, whose last digits differ";
}
