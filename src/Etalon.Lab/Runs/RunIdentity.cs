using System.Security.Cryptography;
using System.Text;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.RunSpecs;

namespace Etalon.Lab.Runs;

/// <summary>What decides a run's numbers beside its state, and so may not change while it goes on.</summary>
/// <param name="Version">The version of etalon's engine.</param>
/// <param name="Recipe">The hash of the recipe.</param>
/// <param name="Source">SHA-256 of the recipe's text as given.</param>
/// <param name="Data">The content hash of the data.</param>
internal sealed record RunIdentity(string Version, string Recipe, string Source, string Data)
{
    private const string VersionKey = "etalon", RecipeKey = "recipe_sha256", SourceKey = "source_sha256", DataKey = "data_sha256";

    /// <summary>The version of the engine at work.</summary>
    public static string ThisVersion { get; } = typeof(LossResult).Assembly.GetName().Version!.ToString(3);

    /// <summary>The identity of a recipe on data, trained now.</summary>
    /// <param name="spec">The recipe.</param>
    /// <param name="source">The recipe's text as the run's folder keeps it.</param>
    /// <param name="data">The data.</param>
    public static RunIdentity Of(RunSpec spec, string source, DataSet data) => new(ThisVersion, spec.Hash, HashOf(source), data.ContentHash);

    /// <summary>The identity that a checkpoint says.</summary>
    public static RunIdentity Of(Checkpoint checkpoint) =>
        new(checkpoint.Text(VersionKey), checkpoint.Text(RecipeKey), checkpoint.Text(SourceKey), checkpoint.Text(DataKey));

    /// <summary>The texts that say it in a checkpoint.</summary>
    public void Describe(IDictionary<string, string> metadata) =>
        (metadata[VersionKey], metadata[RecipeKey], metadata[SourceKey], metadata[DataKey]) = (Version, Recipe, Source, Data);

    /// <summary>SHA-256 of a text.</summary>
    public static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
