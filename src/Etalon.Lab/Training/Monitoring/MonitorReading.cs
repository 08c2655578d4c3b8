namespace Etalon.Lab.Training;

/// <summary>What the monitors of scale-invariant weights measured at an update. The next reading overwrites it.</summary>
public sealed class MonitorReading
{
    /// <summary>The name of the group of all scale-invariant weights together.</summary>
    public const string WholeGroup = "scale_invariant";

    private readonly GroupReading[] _values;

    internal MonitorReading(IReadOnlyList<IReadOnlyList<string>> groups) =>
        (Groups, _values) = ([.. groups.Select(NameOf), WholeGroup], new GroupReading[groups.Count + 1]);

    /// <summary>
    /// The names: each of the smallest scale-invariant groups, then <see cref="WholeGroup"/>. A group of one tensor has its name; one of
    /// several, as those of a residual stream, the first one's and how many more there are: <c>stem.weight+3</c>.
    /// </summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>What was measured of a group, by its place in <see cref="Groups"/>.</summary>
    public GroupReading this[int group]
    {
        get => _values[group];
        internal set => _values[group] = value;
    }

    private static string NameOf(IReadOnlyList<string> tensors) => tensors.Count == 1 ? tensors[0] : $"{tensors[0]}+{tensors.Count - 1}";
}

/// <summary>
/// What the monitors measured at update t of one group of weights: w before the update, w' after it, g the gradient of the loss without
/// weight decay.
/// </summary>
/// <remarks>
/// A run that trains an equivalent of its recipe reads as the recipe's own run would: its weights are divided by the log scale's
/// exponential P, its gradients multiplied by it.
/// </remarks>
public readonly record struct GroupReading
{
    /// <summary>|w|.</summary>
    public double Norm { get; init; }

    /// <summary>|g|^2; with |w|^2 before it, the measured S.</summary>
    public double GradientSquare { get; init; }

    /// <summary>g.w; 0 but for rounding where the weights are scale-invariant.</summary>
    public double Dot { get; init; }

    /// <summary>The angular update, in radians.</summary>
    public double Angle { get; init; }

    /// <summary>
    /// v.g with the momentum buffer v before the update: |w|^2 (|g|^2 + 2 mu v.g) is the measured S of heavy ball. Null where the rule has
    /// no such buffer.
    /// </summary>
    public double? BufferDot { get; init; }

    /// <summary>
    /// v.w, by which |w|^2 and the buffer exchange: with it the account of |w|^2 closes wherever a row stands. Null where the rule has no
    /// such buffer.
    /// </summary>
    public double? BufferWeight { get; init; }

    /// <summary>
    /// |U|^2 of the update w' = (1 - eta lambda) w - eta U. Null but of AdamW, Lion, Signum and Muon, and at a rate of 0.
    /// </summary>
    public double? UpdateSquare { get; init; }

    /// <summary>U.w; null as <see cref="UpdateSquare"/>.</summary>
    public double? UpdateDot { get; init; }

    /// <summary>
    /// The effective rate: with SGD eta (1 - dampening) / ((1 - mu) |w|^2), with adaptive rules the mean over the group of the rates that
    /// the gradient was multiplied by in the place of eta.
    /// </summary>
    public double EffectiveRate { get; init; }

    /// <summary>
    /// |w'|^2 over what the update rule makes of w, v and g if g.w is 0, minus 1: 0 but for rounding while nothing else moves the weights.
    /// Null where the rule has no exact law.
    /// </summary>
    public double? Residual { get; init; }

    /// <summary>
    /// |g - h|^2 / 2 with the gradient h of a second, independent batch: the trace of the covariance of g, without bias. Null where it was
    /// not measured.
    /// </summary>
    public double? Noise { get; init; }

    /// <summary>g.h: the square of the expected gradient, without bias; it may be negative. Null where it was not measured.</summary>
    public double? Signal { get; init; }
}
