namespace Etalon.Lab.Claims.Shared;

/// <summary>What became of a claim, or of one of its checks.</summary>
internal enum ClaimOutcome
{
    /// <summary>All that was expected was seen.</summary>
    Holds,

    /// <summary>Some of it was seen, some was refuted.</summary>
    HoldsInPart,

    /// <summary>It was refuted.</summary>
    DoesNotHold,

    /// <summary>The experiment cannot tell: too few seeds, too small a scale, or a control that did not fail.</summary>
    Undecided,

    /// <summary>The experiment was not run.</summary>
    NotRun,

    /// <summary>The experiment broke off.</summary>
    Failed,
}

/// <summary>Outcomes as words.</summary>
internal static class OutcomeWords
{
    /// <summary>As in <c>holds in part</c>.</summary>
    public static string Of(ClaimOutcome outcome) => outcome switch
    {
        ClaimOutcome.Holds => "holds",
        ClaimOutcome.HoldsInPart => "holds in part",
        ClaimOutcome.DoesNotHold => "does not hold",
        ClaimOutcome.Undecided => "undecided",
        ClaimOutcome.NotRun => "not run",
        _ => "failed",
    };

    /// <summary>
    /// The outcome of several checks: a control that does not come out leaves all undecided; then a refuted check counts, then an undecided
    /// one.
    /// </summary>
    public static ClaimOutcome Of(IReadOnlyList<ClaimCheck> checks)
    {
        if (checks.Count == 0 || checks.Any(check => check is { IsControl: true, Outcome: not ClaimOutcome.Holds }))
            return ClaimOutcome.Undecided;
        var judged = checks.Where(check => !check.IsControl).ToList();
        if (judged.Any(check => check.Outcome == ClaimOutcome.DoesNotHold))
            return judged.Any(check => check.Outcome == ClaimOutcome.Holds) ? ClaimOutcome.HoldsInPart : ClaimOutcome.DoesNotHold;
        return judged.Any(check => check.Outcome == ClaimOutcome.Undecided) ? ClaimOutcome.Undecided : ClaimOutcome.Holds;
    }
}
