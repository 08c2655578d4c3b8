namespace Etalon.Lab.Claims.WnGradConvex;

/// <summary>
/// b of WNGrad when every gradient has the norm 1: b grows by 1 / b a step, so b_(T+1) is about sqrt(b_1^2 + 2 T), and the rate decays as 1
/// / sqrt(2 T) by itself.
/// </summary>
internal static class ConstantNoise
{
    /// <summary>b after a number of steps.</summary>
    /// <param name="initial">b_1, above 0.</param>
    /// <param name="steps">T.</param>
    public static double DivisorAfter(double initial, int steps)
    {
        using var descent = new Descent([0], StepRule.Lagged.Create(initial));
        for (int j = 1; j <= steps; j++)
        {
            descent.Gradient[0] = 1;
            descent.Step();
        }
        return descent.Divisor;
    }
}
