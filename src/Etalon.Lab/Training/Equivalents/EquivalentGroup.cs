using System.Numerics;
using Etalon.Engine;
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
/// lambda, w) -> (c^2 eta, lambda / c^2, c w)). In Adam's forms and with scaled gradients the power of c is 1; Adam's squares and epsilon
/// are multiplied by 4^s and 2^s, and the state of a rule with scaled gradients by nothing.
/// </remarks>
internal sealed class EquivalentGroup<T>(Network<T> network, Optimizer<T> optimizer, int group, Conversion conversion, int slack)
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

    private double _logBuffer;
    private long _step;

    /// <summary>s.</summary>
    public int Exponent { get; private set; }

    /// <summary>ln P before the update at hand.</summary>
    public double LogScale { get; private set; }

    /// <summary>P'/P: by how much the weights of the equivalent run grow in the update at hand, beside those of the recipe's own.</summary>
    public double Growth => Elementary.Exp(conversion.LogScaleAt(_step + 1) - LogScale);

    /// <summary>
    /// The factor r of the buffer before the update at hand: what is stored is r / P times the recipe's own, but for a share of the weights
    /// and the power of two of the weights.
    /// </summary>
    public double BufferScale => Elementary.Exp(_logBuffer - (conversion.ScalesGradients ? Exponent * Ln2 : 0));

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
        return StoredScale.Of(conversion, step, Exponent);
    }

    /// <summary>The numbers with which the stored weights make the update.</summary>
    public Hyperparameters At(long step)
    {
        var numbers = conversion.Target[step];
        int power = conversion.RateDegree * Exponent;
        var adam = conversion.Adam?.Target[step];
        return new Hyperparameters(
            PowerOfTwo.Exp(numbers.LogRate).Times(-power),
            Math.ScaleB(numbers.WeightDecay, power),
            numbers.Momentum,
            conversion.Target.Rule.Nesterov ? numbers.LookAhead : null)
        {
            Beta1 = adam?.Beta1,
            Beta2 = adam?.Beta2,
            Epsilon = adam is { Epsilon: var epsilon } ? Math.ScaleB(epsilon, Exponent) : null,
            GradientScale = conversion.ScalesGradients ? network.ActivationScale : null,
        };
    }

    /// <summary>
    /// What the rate that the optimizer made of its state in the last update is multiplied by to be that of the recipe's own run: r'/P'^2
    /// of what is stored, and in Adam's forms the ratio of the bias corrections. Of SGD 1: its rate is asked with the recipe's numbers.
    /// </summary>
    public double OwnRate()
    {
        if (optimizer is Sgd<T>) return 1;
        var after = conversion.StateAt(_step + 1);
        int power = conversion.ScalesGradients ? Exponent : 2 * Exponent;
        double rate = Elementary.Exp(after.LogBuffer - 2 * after.LogScale + power * Ln2);
        return conversion.Adam is { } adam ? rate * Corrected(adam.Source[_step].Beta1) / Corrected(adam.Target[_step].Beta1) : rate;
    }

    private double Corrected(double beta1) => 1 - Elementary.Pow(beta1, _step + 1);

    private void Follow(long step)
    {
        _step = step;
        var state = conversion.StateAt(step);
        (LogScale, _logBuffer, BufferShare) = (state.LogScale, state.LogBuffer, state.Share.Value);
    }

    // In the equivalent run's units v~ = (r / P)(v~ - k w~) and w~ = P w~; the stored numbers are 2^s v~ and w~ / 2^s.
    private void Apply(StateMap map) => optimizer.Transform(
        group, Elementary.Exp(map.LogScale), [Elementary.Exp(map.LogBuffer - map.LogScale)],
        ShareOfStored(map.Share));

    // Times 4^s, to the bit as without re-centring wherever a float64 holds the share itself.
    private double ShareOfStored(SignedLog share) => double.IsNormal(share.Value)
        ? Math.ScaleB(share.Value, 2 * Exponent) : (share * SignedLog.Exp(2 * Exponent * Ln2)).Value;

    private int ExponentFrom(int exponent) => Math.Abs(LogScale / Ln2 - exponent) > slack ? (int)Math.Round(LogScale / Ln2) : exponent;

    private void Recenter(int exponent)
    {
        int change = exponent - Exponent;
        if (change == 0) return;
        double weights = Math.ScaleB(1, -change), buffer = Math.ScaleB(1, change);
        if (conversion.ScalesGradients) optimizer.Transform(group, weights, []);
        else if (conversion.Adam is null) optimizer.Transform(group, weights, [buffer]);
        else optimizer.Transform(group, weights, [buffer, buffer * buffer]);
        Exponent = exponent;
    }
}
