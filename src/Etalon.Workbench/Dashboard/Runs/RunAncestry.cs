namespace Etalon.Workbench.Dashboard;

/// <summary>The runs that a fork goes on from, as far as they are in the folder of all runs.</summary>
internal static class RunAncestry
{
    // A fork of a fork of ...; what is longer was made by nobody.
    private const int Most = 20;

    /// <summary>The oldest first, each with the updates after which the next one left it.</summary>
    public static IReadOnlyList<(RunFacts Run, long Until)> Of(RunFacts run, RunStore store)
    {
        var found = new List<(RunFacts, long)>();
        // A folder that was edited may name itself.
        var seen = new HashSet<string> { run.Id };
        while (found.Count < Most && run.ForkedAfter is { } until && (found.Count == 0 || until <= found[^1].Item2)
            && store.ParentOf(run) is { } parent)
        {
            if (until == 0 || !seen.Add(parent.Id)) break;
            found.Add((parent, until));
            run = parent;
        }
        found.Reverse();
        return found;
    }
}
