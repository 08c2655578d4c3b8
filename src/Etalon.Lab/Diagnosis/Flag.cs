namespace Etalon.Lab.Diagnosis;

/// <summary>What a run should be looked after for, with all the places where it was found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Findings">The findings that raised it, the worst first.</param>
public sealed record Flag(FlagKind Kind, IReadOnlyList<Finding> Findings)
{
    /// <summary>The worst of them.</summary>
    public Finding Worst => Findings[0];

    /// <summary>The flag in a few words.</summary>
    public string Title => FlagWords.Title(Kind);

    /// <summary>What to do about it.</summary>
    public string Remedy => FlagWords.Remedy(Kind);

    /// <summary>The flags of findings, the weightiest kind first.</summary>
    internal static IReadOnlyList<Flag> Of(IEnumerable<Finding> findings) =>
    [
        .. findings.Where(finding => finding.Flag is not null).GroupBy(finding => finding.Flag!.Value).OrderBy(kind => kind.Key)
            .Select(kind => new Flag(kind.Key, [.. kind.OrderByDescending(finding => finding.Severity)])),
    ];
}
