using Etalon.Engine.Parallel;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Conversions;

/// <summary>A part of a network's parameters: how many tensors, and how many numbers they hold.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Tensors">Its tensors.</param>
/// <param name="Numbers">The numbers in them.</param>
public sealed record CoveredParameters(string Name, int Tensors, long Numbers)
{
    /// <summary>What every conversion covers, whatever the network.</summary>
    public const string Rule = "the weights of every convolution and linear layer in front of a normalization";

    /// <summary>The parts of the network that a recipe trains: first the one that a conversion covers, then those that keep the recipe's numbers, none of them empty.</summary>
    /// <param name="spec">A recipe with <c>equivalent</c>.</param>
    /// <returns>Empty where the recipe names no data or no model.</returns>
    /// <exception cref="InputException">The model does not fit the data.</exception>
    internal static IReadOnlyList<CoveredParameters> Of(Recipe spec)
    {
        if (spec.Data is null || spec.Model is null) return [];
        var (groups, data) = (new ParameterGroups(spec), DataCatalog.Find(spec.Data.Set));
        using var workers = new Workers(1);
        using var network = Model.Build<float>(spec.Model, spec.Data.Image, data.ClassCount, spec.Loss.Make(), maxBatch: 1, workers);
        return
        [
            .. network.Parameters.Tensors
                .GroupBy(tensor => groups.IsConverted(tensor.Name) ? Rule : Kept(tensor.Name))
                .OrderByDescending(part => part.Key == Rule)
                .Select(part => new CoveredParameters(part.Key, part.Count(), part.Sum(tensor => tensor.Length))),
        ];
    }

    private static string Kept(string tensor) =>
        tensor.StartsWith("head.", StringComparison.Ordinal) ? "the head"
        : tensor.EndsWith(".bias", StringComparison.Ordinal) ? "biases"
        : "scales and shifts of normalizations";
}
