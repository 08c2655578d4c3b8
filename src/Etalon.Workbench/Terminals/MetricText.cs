namespace Etalon.Workbench.Terminals;

/// <summary>A loss or another result in few digits: four places, and more where four would leave nothing of it.</summary>
internal static class MetricText
{
    /// <summary>0.1234; 0.00123; 1.23e-4; nothing for NaN.</summary>
    public static string Of(double value) => Math.Abs(value) switch
    {
        double.NaN => "",
        0 or >= 0.01 => $"{value:F4}",
        >= 0.001 => $"{value:F5}",
        _ => $"{value:0.00e0}",
    };
}
