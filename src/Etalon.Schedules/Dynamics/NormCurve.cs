using Etalon.Numerics;

namespace Etalon.Schedules.Dynamics;

/// <summary>
/// The norm of a scale-invariant group along a whole schedule, forecast update by update with <see cref="NormState.Next"/>.
/// </summary>
/// <remarks>
/// Every update uses its own numbers and the physical norm goes through every change of them, so any schedule will do, continuous ones too,
/// and momentum that has not settled. What it takes for granted is S: a constant, or a number for each step.
/// </remarks>
/// <example>
/// <code>
/// var schedule = new UpdateSchedule
/// {
///     LearningRate = new Steps(1, [10_000], factor: 0.1),
///     WeightDecay = 1e-3,
///     Momentum = 0,
///     TotalSteps = 40_000,
/// };
/// var curve = NormCurve.Of(UpdateTable.Of(schedule), NormState.AtRest(norm: 3), gradientSquare: 20);
/// Console.WriteLine($"{curve.NormAt(9_999):F3}"); // 10.001, at the equilibrium of the first rate
/// Console.WriteLine($"{curve.NormAt(40_000):F3}"); // 5.624, after the last update
/// Console.WriteLine($"{curve.EffectiveRateAt(10_000) / curve.EffectiveRateAt(9_999):F3}"); // 0.100
/// Console.WriteLine($"{curve.AngleAt(39_999):F5}"); // 0.01414, of the last update
/// </code>
/// </example>
public sealed class NormCurve
{
    private readonly double[] _logNorms, _angles;

    private NormCurve(UpdateTable table, Func<long, double> gradientSquare, double[] logNorms, double[] angles) =>
        (Table, GradientSquare, _logNorms, _angles) = (table, gradientSquare, logNorms, angles);

    /// <summary>The schedule, step by step.</summary>
    public UpdateTable Table { get; }

    /// <summary>S of each step.</summary>
    public Func<long, double> GradientSquare { get; }

    /// <summary>With the same S at every step.</summary>
    /// <param name="table">The schedule, step by step.</param>
    /// <param name="start">The state before its first update.</param>
    /// <param name="gradientSquare">S = E|ĝ|², at least 0.</param>
    public static NormCurve Of(UpdateTable table, NormState start, double gradientSquare)
    {
        Require.NotNegative(gradientSquare);
        return Of(table, start, _ => gradientSquare);
    }

    /// <summary>With an S for each step, such as a measured one.</summary>
    /// <param name="table">The schedule, step by step.</param>
    /// <param name="start">The state before its first update.</param>
    /// <param name="gradientSquare">S of a step, at least 0. With momentum the corrected S of <see cref="Equilibrium"/>, unless
    /// <paramref name="bufferDot"/> is given.</param>
    /// <param name="bufferDot">|w|² ⟨v, g⟩ of a step, with v the buffer before the update; null for 0.</param>
    public static NormCurve Of(UpdateTable table, NormState start, Func<long, double> gradientSquare, Func<long, double>? bufferDot = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(gradientSquare);
        var (logNorms, angles) = (new double[table.Count + 1], new double[table.Count]);
        logNorms[0] = start.LogNorm;
        var state = start;
        for (var i = 0; i < table.Count; i++)
        {
            var step = table.FirstStep + i;
            state = state.Next(table.Rule, table[step], gradientSquare(step), bufferDot?.Invoke(step) ?? 0,
                isFirst: !table.HasBufferBefore(step));
            (logNorms[i + 1], angles[i]) = (state.LogNorm, state.Angle);
        }
        return new(table, gradientSquare, logNorms, angles);
    }

    /// <summary>ln |w| before update <paramref name="step"/>; the table's End stands for after the last one.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe that step.</exception>
    public double LogNormAt(long step) => step >= Table.FirstStep && step <= Table.End
        ? _logNorms[step - Table.FirstStep]
        : throw new ArgumentOutOfRangeException(nameof(step), step,
        $"The curve describes steps {Table.FirstStep} to {Table.End}; ask for one of them.");

    /// <summary>|w| before update <paramref name="step"/>.</summary>
    public double NormAt(long step) => Elementary.Exp(LogNormAt(step));

    /// <summary>The effective rate of update <paramref name="step"/>: its total rate over the square of the norm before it.</summary>
    public double EffectiveRateAt(long step) => Elementary.Exp(SteadyUpdate.At(Table, step).LogTotalRate - 2 * LogNormAt(step));

    /// <summary>The angle by which update <paramref name="step"/> turns the weights, in radians.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The table does not describe that step.</exception>
    public double AngleAt(long step) => step >= Table.FirstStep && step < Table.End
        ? _angles[step - Table.FirstStep]
        : throw new ArgumentOutOfRangeException(nameof(step), step,
        $"The curve describes updates {Table.FirstStep} to {Table.End - 1}; ask for one of them.");

    /// <summary>
    /// Where the numbers and S of update <paramref name="step"/> would lead if they stayed; null where that is nowhere, as without decay.
    /// </summary>
    public Equilibrium? EquilibriumAt(long step)
    {
        var update = SteadyUpdate.At(Table, step);
        return update.HasEquilibrium && !update.Oscillates && GradientSquare(step) is > 0 and var square
            ? Equilibrium.Of(update, square) : null;
    }
}
