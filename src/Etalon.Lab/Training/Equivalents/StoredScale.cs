using System.Numerics;
using Etalon.Engine;
using Etalon.Engine.Optimizers;
using Etalon.Lab.Conversions;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Training;

/// <summary>
/// How a run stores its scale-invariant group: w~ / 2^s and 2^s v~, where w~ and v~ follow by a state map from the weights and buffers of
/// the recipe's own run. The default is the recipe's own run itself.
/// </summary>
/// <param name="Map">From the state of the recipe's own run to that of the form.</param>
/// <param name="Exponent">s.</param>
internal readonly record struct StoredScale(StateMap Map, int Exponent)
{
    private const double Ln2 = 0.693147180559945309417;

    /// <summary>
    /// The form of a run after <paramref name="step"/> updates, as a checkpoint keeps it: what is corrected before the next update is
    /// corrected already.
    /// </summary>
    /// <exception cref="InputException">The recipe has no such equivalent.</exception>
    public static StoredScale Of(Recipe recipe, long step, int exponent) =>
        ScheduleConversion.Of(recipe) is { } conversion ? new(conversion.StateAt(step), exponent) : default;

    /// <summary>P / 2^s: what activations, running statistics and epsilon follow.</summary>
    public double ActivationScale => PowerOfTwo.Exp(Map.LogScale).Times(-Exponent);

    /// <summary>Turns the numbers stored in this form into those of another, for the same state of the recipe's own run.</summary>
    /// <param name="network">The network that holds them.</param>
    /// <param name="classes">Its classes of parameters.</param>
    /// <param name="optimizer">What updates it.</param>
    /// <param name="other">The other form.</param>
    public void Transform<T>(Network<T> network, ParameterClasses classes, Sgd<T> optimizer, StoredScale other)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        // Between the forms first: two equal ones cancel to the bit, and what is left is the change of s.
        var map = StateMap.OfScale(Exponent * Ln2).Then(Map.Inverse().Then(other.Map)).Then(StateMap.OfScale(-other.Exponent * Ln2));
        if (map is { LogScale: 0, LogBuffer: 0, Share.Sign: 0 }) return;
        foreach (var tensor in network.Parameters.Tensors)
            if (classes.IsIn(ParameterClass.ScaleInvariant, tensor.Name))
                optimizer.Transform(tensor.Name, Elementary.Exp(map.LogScale), Elementary.Exp(map.LogBuffer - map.LogScale),
                    map.Share.Value);
    }
}
