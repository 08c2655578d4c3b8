using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Conversions;

/// <summary>A part of a network's parameters: how many tensors, and how many numbers they hold.</summary>
/// <param name="Name">What it is, in words.</param>
/// <param name="Tensors">Its tensors.</param>
/// <param name="Numbers">The numbers in them.</param>
internal sealed record CoveredParameters(string Name, int Tensors, long Numbers)
{
    /// <summary>What every conversion covers, whatever the network, but for transformers.</summary>
    public const string Rule = "the weights of every convolution and linear layer in front of a normalization";

    // Values and the first matrix of a perceptron have no normalization behind them, and the embedding is no linear layer.
    private const string OfTransformer = "the scale-invariant weights, which `etalon audit` lists";

    /// <summary>What a conversion covers of a recipe's network.</summary>
    public static string RuleOf(Recipe recipe) => recipe.Model?.Kind == ModelKind.Transformer ? OfTransformer : Rule;

    /// <summary>
    /// The parts of the network that a recipe trains: first the one that a conversion covers, then those that keep the recipe's numbers,
    /// none of them empty.
    /// </summary>
    /// <param name="recipe">A recipe with <c>equivalent</c>.</param>
    /// <returns>Empty where the recipe names no data or no model.</returns>
    /// <exception cref="InputException">The model does not fit the data.</exception>
    internal static IReadOnlyList<CoveredParameters> Of(Recipe recipe)
    {
        if (recipe.Data is null || recipe.Model is null) return [];
        return Of(new ParameterGroups(recipe),
            Model.Describe(recipe.Model, recipe.Data.Image, DataCatalog.Find(recipe.Data.Set).ClassCount, recipe.Loss.Make()));
    }

    /// <summary>The parts of a network, or of one that is only described.</summary>
    /// <param name="groups">The groups of a recipe with <c>equivalent</c>.</param>
    /// <param name="layers">The network's layers.</param>
    internal static IReadOnlyList<CoveredParameters> Of<T>(ParameterGroups groups, IReadOnlyList<Layer<T>> layers)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var classes = ParameterClasses.Of(layers);
        string rule = layers.OfType<Embedding<T>>().Any() ? OfTransformer : Rule;
        return
        [
            .. layers.SelectMany(layer => layer.TrainedTensors)
                .GroupBy(tensor => groups.IsConverted(classes, tensor.Name) ? rule : Kept(classes, tensor.Name))
                .OrderByDescending(part => part.Key == rule)
                .Select(part => new CoveredParameters(part.Key, part.Count(), part.Sum(tensor => tensor.Length))),
        ];
    }

    private static string Kept(ParameterClasses classes, string tensor) =>
        classes.IsIn(ParameterClass.Head, tensor) ? "the head"
        : classes.IsIn(ParameterClass.Bias, tensor) ? "biases"
        : classes.IsIn(ParameterClass.Norm, tensor) ? "scales and shifts of normalizations"
        : "weights without a normalization behind them";
}
