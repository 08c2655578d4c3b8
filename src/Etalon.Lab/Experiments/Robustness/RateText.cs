namespace Etalon.Lab.Experiments.Robustness;

/// <summary>Rates as a table shows them: two digits, of which the power of ten is easily read.</summary>
internal static class RateText
{
    /// <summary>0.032, 10, 320, 3.2e-4.</summary>
    public static string Of(double rate)
    {
        if (!double.IsFinite(rate)) return "-";
        int exponent = (int)Math.Floor(Math.Log10(rate) + 1e-9);
        double digits = Math.Round(rate / Math.Pow(10, exponent), 1);
        if (digits >= 10) (digits, exponent) = (1, exponent + 1);
        return exponent is >= -2 and <= 3 ? (digits * Math.Pow(10, exponent)).ToString("0.###") : $"{digits:0.#}e{exponent}";
    }
}
