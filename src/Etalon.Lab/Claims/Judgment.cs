namespace Etalon.Lab.Claims;

/// <summary>One thing that must hold for a claim to hold.</summary>
/// <param name="Criterion">What must hold, with the number it is held against.</param>
/// <param name="Holds">Whether it does.</param>
/// <param name="Finding">What was measured.</param>
public sealed record Judgment(string Criterion, bool Holds, string Finding);
