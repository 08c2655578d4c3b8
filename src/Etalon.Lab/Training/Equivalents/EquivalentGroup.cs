using System.Numerics;
using Etalon.Engine;
using Etalon.Engine.Optimizers;
using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Lab.Training;

/// <summary>
/// The scale-invariant group of a run that trains an equivalent of its recipe: its weights are P times those of the recipe's own run, and P
/// may leave the range of any float.
/// </summary>
/// <remarks>
/// What is stored is re-centred by a power of two: w~ / 2^s, 2^s v~, with the rate eta~ / 4^s and the decay 4^s lambda~. That changes no
/// bit of the weights' directions, so an exponential run can be trained for any number of updates (Li and Arora 2019; the symmetry (eta,
/// lambda, w) -> (c^2 eta, lambda / c^2, c w)).
/// </remarks>
internal sealed class EquivalentGroup<T>(Network<T> network, Sgd<T> optimizer, int group, Conversion conversion, int slack)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>
    /// How far, in powers of two, the stored weights may grow before they are re-centred: far from the ends of float32, whose squares must
    /// fit too.
    /// </summary>
    public const int DefaultSlack = 16;

    private const double Ln2 = 0.693147180559945309417;

    // By step: TEXP of a schedule that changes at every step has as many corrections as steps.
    private readonly Dictionary<long, StateMap> _corrections =
        conversion.Corrections.ToDictionary(correction => correction.Step, correction => correction.Map);

    /// <summary>s.</summary>
    public int Exponent { get; private set; }

    /// <summary>ln P before the update at hand.</summary>
    public double LogScale { get; private set; }

    /// <summary>
    /// The factor r of the buffer before the update at hand: the equivalent run's is r / P times the recipe's own, but for a share of the
    /// weights.
    /// </summary>
    public double BufferScale { get; private set; } = 1;

    /// <summary>
    /// The share k of the recipe's own weights that the recipe's own buffer has beyond the equivalent run's, before the update at hand: v~
    /// = (r / P)(v - k w).
    /// </summary>
    public double BufferShare { get; private set; }

    /// <summary>
    /// Before update <paramref name="step"/>, or after the last one: corrects the buffer where the form asks for it, re-centres, and lets
    /// activations follow.
    /// </summary>
    public void MoveTo(long step)
    {
        if (_corrections.TryGetValue(step, out var correction)) Apply(correction);

        Follow(step);
        Recenter(ExponentFrom(Exponent));
        network.ActivationScale = PowerOfTwo.Exp(LogScale).Times(-Exponent);
    }

    /// <summary>
    /// Continues after <paramref name="step"/> updates with weights that were stored with that exponent; the weights themselves are read
    /// afterwards.
    /// </summary>
    public void ContinueAt(long step, int exponent)
    {
        Exponent = exponent;
        Follow(step);
        network.ActivationScale = PowerOfTwo.Exp(LogScale).Times(-Exponent);
    }

    /// <summary>
    /// Continues after <paramref name="step"/> updates with weights that another form stored with that exponent; they are turned into this
    /// form afterwards.
    /// </summary>
    /// <returns>This form.</returns>
    public StoredScale TakeOverAt(long step, int exponent)
    {
        Follow(step);
        Exponent = ExponentFrom(exponent);
        return new(conversion.StateAt(step), Exponent);
    }

    /// <summary>The numbers with which the stored weights make the update.</summary>
    public Hyperparameters At(long step)
    {
        var numbers = conversion.Target[step];
        return new Hyperparameters(
            PowerOfTwo.Exp(numbers.LogRate).Times(-2 * Exponent),
            Math.ScaleB(numbers.WeightDecay, 2 * Exponent),
            numbers.Momentum,
            conversion.Target.Rule.Nesterov ? numbers.LookAhead : null);
    }

    private void Follow(long step)
    {
        var state = conversion.StateAt(step);
        (LogScale, BufferScale, BufferShare) = (state.LogScale, Elementary.Exp(state.LogBuffer), state.Share.Value);
    }

    // In the equivalent run's units v~ = (r / P)(v~ - k w~) and w~ = P w~; the stored numbers are 2^s v~ and w~ / 2^s.
    private void Apply(StateMap map) => optimizer.Transform(
        group, Elementary.Exp(map.LogScale), Elementary.Exp(map.LogBuffer - map.LogScale),
        (map.Share * SignedLog.Exp(2 * Exponent * Ln2)).Value);

    private int ExponentFrom(int exponent) => Math.Abs(LogScale / Ln2 - exponent) > slack ? (int)Math.Round(LogScale / Ln2) : exponent;

    private void Recenter(int exponent)
    {
        int change = exponent - Exponent;
        if (change == 0) return;
        optimizer.Transform(group, Math.ScaleB(1, -change), Math.ScaleB(1, change));
        Exponent = exponent;
    }
}
