namespace Etalon.Engine;

/// <summary>What the first b of a cell is; each is multiplied by a factor.</summary>
public enum InitialDivisor
{
    /// <summary>The factor itself.</summary>
    Constant,

    /// <summary>
    /// The norm of the cell's first gradient that is not 0; with a factor of at least 1 the bound for a b below the smoothness stays small
    /// (the term |g|^2 / b^2 is 1 / factor^2).
    /// </summary>
    GradientNorm,
}
