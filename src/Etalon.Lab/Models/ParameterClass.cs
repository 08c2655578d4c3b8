namespace Etalon.Lab.Models;

/// <summary>
/// A part of a network's parameters that may have schedules of its own. A parameter that several named classes cover belongs to the
/// first of them in the order given here.
/// </summary>
public enum ParameterClass
{
    /// <summary>Weights and bias of the last linear layer.</summary>
    Head,

    /// <summary>Biases of linear layers and convolutions.</summary>
    Bias,

    /// <summary>Scales and shifts of normalizations.</summary>
    Norm,

    /// <summary>Weights whose scale does not change the network's function, as the audit finds them.</summary>
    ScaleInvariant,
}
