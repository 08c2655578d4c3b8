namespace Etalon.Engine.Symmetry;

/// <summary>Where a network stops being homogeneous: a layer joins two things that scaling multiplies by different powers of c.</summary>
/// <param name="Layer">The layer that joins them.</param>
/// <param name="First">What it reads or adds.</param>
/// <param name="FirstDegree">The power of c in it.</param>
/// <param name="Second">What should have the same degree.</param>
/// <param name="SecondDegree">The power of c in that.</param>
public sealed record DegreeMismatch(string Layer, string First, int FirstDegree, string Second, int SecondDegree)
{
    /// <summary>A sentence for reports, as in "loss: head.bias has degree 1, an invariant output has degree 0".</summary>
    public override string ToString() => $"{Layer}: {First} has degree {FirstDegree}, {Second} has degree {SecondDegree}";
}
