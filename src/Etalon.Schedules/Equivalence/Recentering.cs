using Etalon.Numerics;

namespace Etalon.Schedules.Equivalence;

/// <summary>
/// An equivalent run whose weights are stored divided by 2^s, so that rates, weights and buffers stay where any float holds them. s is a
/// function of the step: ln P / ln 2 to the nearest multiple of 32, and 0 while P is below 2^16.
/// </summary>
/// <remarks>
/// Stored are w' = w~ / 2^s and v' = 2^s v~, with the rate η' = η~ / 4^s and the decay λ' = 4^s λ~; directions and functions are the same
/// (the symmetry (w, v, η, λ) → (c w, v/c, c² η, λ/c²)). In Adam's forms and with scaled gradients 2^s stands in the place of 4^s
/// (<see cref="Conversion.RateDegree"/>); Adam's squares and ε are then multiplied by 4^s and 2^s, and the state of a rule with scaled
/// gradients by nothing. Before an update at which s or a correction changes the state, it is changed once; see <see cref="Changes"/>.
/// </remarks>
internal sealed class Recentering
{
    private const int Grid = 32;
    private const double Ln2 = 0.693147180559945309417;

    // Within this a rate is a number of float32 and needs no logarithm.
    private const double LargestPlainLog = 80;

    private readonly int[] _exponents;

    public Recentering(ScheduleGroup group)
    {
        var conversion = group.Conversion ?? throw new ArgumentException("the group follows no equivalent", nameof(group));
        var target = conversion.Target;
        _exponents = new int[target.Count + 1];
        var scales = new double[target.Count + 1];
        for (var step = 0; step <= target.Count; step++)
        {
            var log = conversion.LogScaleAt(step);
            _exponents[step] = step < target.Count || step == 0 ? Grid * (int)Math.Round(log / (Grid * Ln2)) : _exponents[step - 1];
            scales[step] = log - _exponents[step] * Ln2;
        }
        LogScale = SimplestSchedule.OfValues(scales);
        Changes = [.. ChangesOf(conversion)];
        (LearningRate, WeightDecay, Epsilon) = (group.LearningRate, group.WeightDecay, group.Epsilon);
        if (Array.TrueForAll(_exponents, exponent => exponent == 0)) return;
        var degree = conversion.RateDegree;
        LearningRate = Rate([.. target.Steps.ToArray().Select((numbers, step) => numbers.LogRate - degree * _exponents[step] * Ln2)]);
        WeightDecay = SimplestSchedule.OfValues(
            [.. target.Steps.ToArray().Select((numbers, step) => Math.ScaleB(numbers.WeightDecay, degree * _exponents[step]))]);
        if (conversion.Adam is { Target.Steps: var adam })
            Epsilon = SimplestSchedule.OfValues(
                [.. adam.ToArray().Select((numbers, step) => Math.ScaleB(numbers.Epsilon, _exponents[step]))]);
    }

    /// <summary>η' of each update.</summary>
    public Schedule LearningRate { get; }

    /// <summary>λ' of each update.</summary>
    public Schedule WeightDecay { get; }

    /// <summary>ε' of each update, where an equivalent of AdamW has its own; null elsewhere.</summary>
    public Schedule? Epsilon { get; }

    /// <summary>
    /// ln(P / 2^s) before each update, and after the last: how much larger the stored weights are than the schedule's own.
    /// </summary>
    public Schedule LogScale { get; }

    /// <summary>What is done to the stored state before an update, in the order of the updates.</summary>
    public IReadOnlyList<StateChange> Changes { get; }

    private IEnumerable<StateChange> ChangesOf(Conversion conversion)
    {
        var corrections = conversion.Corrections.ToDictionary(correction => correction.Step, correction => correction.Map);
        for (var step = 0; step < conversion.Target.Count; step++)
        {
            var before = step == 0 ? 0 : _exponents[step - 1];
            var map = corrections.GetValueOrDefault(step);
            if (_exponents[step] == before && map == default) continue;
            var center = Math.ScaleB(1, before - _exponents[step]);
            var ofBuffer = conversion.ScalesGradients ? 1 : center;
            yield return new(step, center * Elementary.Exp(map.LogScale), Elementary.Exp(map.LogBuffer - map.LogScale) / ofBuffer,
                (map.Share * SignedLog.Exp(2 * before * Ln2)).Value);
        }
    }

    private static Schedule Rate(double[] logs) =>
        Array.TrueForAll(logs, log => log is >= -LargestPlainLog and <= LargestPlainLog or double.NegativeInfinity)
        ? SimplestSchedule.OfValues(Array.ConvertAll(logs, Elementary.Exp))
        : SimplestSchedule.OfLogRates(logs);
}
