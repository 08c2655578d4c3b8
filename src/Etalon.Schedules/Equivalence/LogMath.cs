namespace Etalon.Schedules.Equivalence;

/// <summary>Logarithms and exponentials near 1. The runtime's own <c>LogP1</c> and <c>ExpM1</c> form 1 + x and lose the digits of x.</summary>
internal static class LogMath
{
    /// <summary>ln(1 + x) to a few units in the last place, for x &gt; -1. W. Kahan's division by the x that 1 + x really holds.</summary>
    public static double Log1P(double x)
    {
        var sum = 1 + x;
        return sum == 1 ? x : Math.Log(sum) * (x / (sum - 1));
    }

    /// <summary>exp(x) - 1 to a few units in the last place, by the same trick.</summary>
    public static double ExpM1(double x)
    {
        if (Math.Abs(x) > 1) return Math.Exp(x) - 1;
        var power = Math.Exp(x);
        return power == 1 ? x : (power - 1) * (x / Math.Log(power));
    }
}
