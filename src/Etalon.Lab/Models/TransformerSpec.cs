namespace Etalon.Lab.Models;

/// <summary>What a transformer has beside width, norm, epsilon and head.</summary>
internal sealed record TransformerSpec
{
    // Each layer has seven matrices.
    private const int MostLayers = 100;

    /// <summary>Blocks of attention and a perceptron.</summary>
    /// <value>From 1 to 100; 4 by default.</value>
    public int Layers
    {
        get;
        init => field = value is >= 1 and <= MostLayers
            ? value : throw new ArgumentOutOfRangeException(nameof(Layers), $"must be from 1 to {MostLayers}; the usual choice is 4");
    } = 4;

    /// <summary>Heads of an attention.</summary>
    /// <value>At least 1, a divisor of the width; 4 by default.</value>
    public int Heads
    {
        get;
        init => field = Require.AtLeast(value, 1, "the usual choice is 4");
    } = 4;

    /// <summary>Whether queries and keys are normalized, each head by itself, before they meet.</summary>
    /// <value>True by default.</value>
    public bool HasQkNorm { get; init; } = true;

    /// <summary>What bends the perceptron.</summary>
    /// <value>GELU by default.</value>
    public Activation Activation { get; init; }

    /// <summary>How a token knows its place.</summary>
    /// <value>Rotary by default.</value>
    public PositionKind Positions { get; init; }

    /// <summary>Hidden units of the perceptron: four times the width, or 8/3 of it in SwiGLU, whose two matrices then have as many weights.
    /// </summary>
    internal int HiddenOf(int width) => Activation == Activation.Gelu ? 4 * width : 8 * width / 3;
}

/// <summary>What bends the perceptron of a transformer.</summary>
internal enum Activation
{
    /// <summary>GELU in its form with tanh.</summary>
    Gelu,

    /// <summary>A second matrix, opened by the SiLU of the first.</summary>
    Swiglu,
}

/// <summary>How a token of a transformer knows its place.</summary>
internal enum PositionKind
{
    /// <summary>Queries and keys are turned by angles that grow with the place.</summary>
    Rotary,

    /// <summary>A trained row for each place is added to the embedding.</summary>
    Learned,
}
