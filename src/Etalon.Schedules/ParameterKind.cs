namespace Etalon.Schedules;

/// <summary>Which parameters of a network a <see cref="RecipeGroup"/> holds. A parameter of several kinds belongs to the first of them in this order that has a group.</summary>
/// <example>
/// <code>
/// var group = new RecipeGroup(ParameterKind.ScaleInvariant, new Constant(0.1), new Constant(5e-4), new Constant(0.9));
/// Console.WriteLine(group.Name); // scale-invariant
/// </code>
/// </example>
public enum ParameterKind
{
    /// <summary>Weights and bias of the last linear layer.</summary>
    Head,

    /// <summary>Biases of linear layers and convolutions.</summary>
    Bias,

    /// <summary>Scales and shifts of normalizations.</summary>
    Norm,

    /// <summary>The weights of every convolution and linear layer in front of a normalization.</summary>
    ScaleInvariant,

    /// <summary>Everything that no other group holds.</summary>
    Rest,
}
