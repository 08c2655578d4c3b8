namespace Etalon.Engine.Optimizers;

/// <summary>
/// The state that D-Adaptation and Prodigy share: D, a lower bound of the distance to the solution that never falls, and N, the sum that
/// it follows from.
/// </summary>
/// <param name="accumulators">Where both are declared, to be allocated before they are used.</param>
internal sealed unsafe class DistanceState(Region<double> accumulators)
{
    private readonly Tensor<double> _distance = accumulators.Declare("distance", 1), _numerator = accumulators.Declare("numerator", 1);

    /// <summary>D before the update at hand, with which all of it is made; 0 before the first one.</summary>
    public double Used { get; private set; }

    /// <summary>N.</summary>
    public ref double Numerator => ref *_numerator.Pointer;

    private ref double Distance => ref *_distance.Pointer;

    /// <summary>Before the first update: D as the options give it.</summary>
    public void Start(double distance) => Distance = distance;

    /// <summary>An update starts.</summary>
    public void Use() => Used = Distance;

    /// <summary>
    /// After the update: D = max(D, numerator / size), with the size of the sum of gradients; while that is 0 nothing is known.
    /// </summary>
    public void Raise(double numerator, double size)
    {
        if (size > 0) Distance = Math.Max(Used, numerator / size);
    }
}
