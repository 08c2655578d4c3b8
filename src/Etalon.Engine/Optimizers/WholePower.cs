namespace Etalon.Engine.Optimizers;

/// <summary>x^n by repeated squaring: the same bits on every machine, which Math.Pow does not promise.</summary>
internal static class WholePower
{
    /// <summary>x^n.</summary>
    /// <param name="x">x.</param>
    /// <param name="n">At least 0.</param>
    public static double Of(double x, long n)
    {
        double power = 1;
        for (; n > 0; n >>= 1, x *= x)
            if ((n & 1) != 0) power *= x;
        return power;
    }
}
