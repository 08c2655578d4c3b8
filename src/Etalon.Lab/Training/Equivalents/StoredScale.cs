using System.Numerics;
using Etalon.Engine;
using Etalon.Lab.Conversions;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Training;

/// <summary>
/// How a run stores its scale-invariant group: w~ / 2^s and what the optimizer remembers, where w~ and its state follow by maps from those
/// of the recipe's own run. The default is the recipe's own run itself.
/// </summary>
/// <param name="Map">From weights and buffer of the recipe's own run to those that are stored, but for 2^s.</param>
/// <param name="LogSquares">ln y, where Adam's squares are 1/y times the recipe's own, but for 2^s.</param>
/// <param name="Exponent">s.</param>
/// <param name="ScalesGradients">Whether the optimizer is given scaled gradients, so that its state does not follow s.</param>
internal readonly record struct StoredScale(StateMap Map, double LogSquares, int Exponent, bool ScalesGradients)
{
    private const double Ln2 = 0.693147180559945309417;

    /// <summary>
    /// The form of a run after <paramref name="step"/> updates, as a checkpoint keeps it: what is corrected before the next update is
    /// corrected already.
    /// </summary>
    /// <exception cref="InputException">The recipe has no such equivalent.</exception>
    public static StoredScale Of(Recipe recipe, long step, int exponent) =>
        ScheduleConversion.Of(recipe) is { } conversion ? Of(conversion, step, exponent) : default;

    /// <summary>The same of a conversion.</summary>
    public static StoredScale Of(Conversion conversion, long step, int exponent) =>
        new(conversion.StateAt(step), conversion.Adam?.StateAt(step).LogSquares ?? 0, exponent, conversion.ScalesGradients);

    /// <summary>P / 2^s: what activations, running statistics and epsilon follow.</summary>
    public double ActivationScale => PowerOfTwo.Exp(Map.LogScale).Times(-Exponent);

    /// <summary>Turns the numbers stored in this form into those of another, for the same state of the recipe's own run.</summary>
    /// <param name="network">The network that holds them.</param>
    /// <param name="classes">Its classes of parameters.</param>
    /// <param name="optimizer">What updates it.</param>
    /// <param name="other">The other form.</param>
    public void Transform<T>(Network<T> network, ParameterClasses classes, Optimizer<T> optimizer, StoredScale other)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Between the forms first: two equal ones cancel to the bit, and what is left is the change of s.
        var map = CenteredBack.Then(Map.Inverse().Then(other.Map)).Then(other.Centered);
        double logSquares = LogSquares - other.LogSquares + 2 * (other.SquaresExponent - SquaresExponent) * Ln2;
        if (map is { LogScale: 0, LogBuffer: 0, Share.Sign: 0 } && logSquares == 0) return;
        double buffer = Elementary.Exp(map.LogBuffer - map.LogScale);
        double[] slots = optimizer.Slots.Count switch { 0 => [], 1 => [buffer], _ => [buffer, Elementary.Exp(logSquares)] };
        foreach (var tensor in network.Parameters.Tensors)
            if (classes.IsIn(ParameterClass.ScaleInvariant, tensor.Name))
                optimizer.Transform(tensor.Name, Elementary.Exp(map.LogScale), slots, map.Share.Value);
    }

    // Weights over 2^s, and the buffer times it unless it does not follow the scale.
    private StateMap Centered => Center(-Exponent * Ln2);

    private StateMap CenteredBack => Center(Exponent * Ln2);

    private int SquaresExponent => ScalesGradients ? 0 : Exponent;

    private StateMap Center(double log) => StateMap.OfScale(log) with { LogBuffer = ScalesGradients ? log : 0 };
}
