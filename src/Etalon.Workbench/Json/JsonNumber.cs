namespace Etalon.Workbench.Json;

/// <summary>A number for machines: null in place of one that is not finite.</summary>
internal static class JsonNumber
{
    /// <summary>The number; null where it is not finite.</summary>
    public static double? Of(double value) => double.IsFinite(value) ? value : null;
}
