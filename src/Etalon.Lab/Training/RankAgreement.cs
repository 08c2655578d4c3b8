using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Etalon.Engine;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Training;

/// <summary>
/// Ranks that train together must train the same: what each one has read is compared before anything is trained, and where one fails, all
/// do.
/// </summary>
internal static class RankAgreement
{
    private const string Problems = "problems", Facts = "facts";

    /// <summary>Makes something on every rank, by each one itself.</summary>
    /// <param name="ranks">The ranks.</param>
    /// <param name="make">What each rank does.</param>
    /// <param name="describe">What of it must be the same on all; null where nothing must.</param>
    /// <param name="longer">How much longer than usual it may take a rank. Default: 0.</param>
    /// <exception cref="InputException">It failed on a rank, or is not the same: which ranks have what is named, on every rank.</exception>
    public static TMade Make<TMade>(
        Communicator ranks, Func<TMade> make, Func<TMade, JsonObject>? describe = null, TimeSpan longer = default)
    {
        if (ranks.IsAlone) return make();
        TMade made = default!;
        var own = new JsonObject();
        try
        {
            made = make();
            own[Facts] = describe?.Invoke(made);
        }
        catch (InputException exception)
        {
            own[Problems] = new JsonArray([.. exception.Problems.Select(problem => (JsonNode)problem)]);
        }
        JsonNode[] all = [.. ranks.Exchange(own.ToJsonString(), longer).Select(text => JsonNode.Parse(text)!)];
        string[] faults = [.. FaultsOf(all)];
        if (faults.Length == 0) return made;
        (made as IDisposable)?.Dispose();
        throw new InputException(faults);
    }

    private static IEnumerable<string> FaultsOf(JsonNode[] all)
    {
        string[][] problems = [.. all.Select(one => one[Problems] is JsonArray said ? said.Select(problem => $"{problem}").ToArray() : [])];
        if (problems.All(own => own.SequenceEqual(problems[0])))
        {
            if (problems[0].Length > 0) return problems[0];
        }
        else return problems.SelectMany((own, rank) => own.Select(problem => $"rank {rank}: {problem}"));
        string[] differences = [.. Enumerable.Range(1, all.Length - 1).SelectMany(rank => JsonDifferences.Between(
            all[0][Facts], all[rank][Facts], (key, first, other) => $"{key}: rank 0 has {first}, rank {rank} has {other}"))];
        return differences.Length == 0
            ? [] : [.. differences, "all ranks train one run: give them the same recipe, data and version of etalon"];
    }

    /// <summary>What decides a run and its course.</summary>
    /// <param name="recipe">The recipe; all of it, for ranks also evaluate and keep at the same updates.</param>
    /// <param name="identity">What else decides its numbers.</param>
    /// <param name="step">The updates done before.</param>
    public static JsonObject Describe(Recipe recipe, RunIdentity identity, long step) => new()
    {
        ["etalon"] = RunIdentity.ThisVersion,
        [Arithmetic.Key] = Arithmetic.Version,
        ["data_sha256"] = identity.Data,
        ["updates_done"] = step,
        ["recipe"] = RecipeWriter.ToJson(recipe),
    };

    /// <summary>Compares the numbers that training starts with.</summary>
    /// <exception cref="InputException">They are not the same on all ranks.</exception>
    public static void RequireSameState(Communicator ranks, TrainerState state) =>
        Make(ranks, () => state, _ => new JsonObject { ["state_sha256"] = HashOf(state) });

    private static string HashOf(TrainerState state)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var tensor in state.Tensors) hash.AppendData(tensor.Bytes);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
