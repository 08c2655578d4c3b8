namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>What is left of a law where every update is known.</summary>
internal static class Rounding
{
    /// <summary>The most that rounding a number to float32 changes it by, of 1.</summary>
    public const double Float32 = 1.0 / (1 << 24);
}
