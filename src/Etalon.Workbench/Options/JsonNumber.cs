namespace Etalon.Workbench.Options;

/// <summary>A number for machines: null in the place of what cannot be said.</summary>
internal static class JsonNumber
{
    /// <summary>The number; null where it is not finite.</summary>
    public static double? Of(double value) => double.IsFinite(value) ? value : null;
}
