namespace Etalon.Lab.Diagnosis;

/// <summary>The leading eigenvalue of a loss's Hessian, as power iteration found it.</summary>
/// <param name="Eigenvalue">The eigenvalue of largest absolute value: v H v of the last direction v, of length 1.</param>
/// <param name="Residual">|H v - eigenvalue v| / |H v|: 0 where v is an eigenvector, near 1 where the iteration has not settled.</param>
/// <param name="Images">The images whose mean loss it is.</param>
public sealed record HessianReading(double Eigenvalue, double Residual, int Images)
{
    /// <summary>2 / eigenvalue: the rate above which plain gradient descent on the quadratic approximation grows; infinite where the eigenvalue is not positive.</summary>
    public double LargestStableRate => Eigenvalue > 0 ? 2 / Eigenvalue : double.PositiveInfinity;
}
