namespace Etalon.Lab.Recipes;

/// <summary>Everything wrong with a recipe, collected so that a user sees all of it at once.</summary>
internal sealed class RecipeProblems
{
    // Somebody who gives a picture instead of a recipe is not helped by a thousand lines.
    private const int Limit = 50;

    private readonly List<(SourceLocation Place, string Text)> problems = [];
    private readonly List<(SourceLocation Place, RecipeCandidates Candidates)> candidates = [];

    /// <summary>Whether anything is wrong.</summary>
    public bool Any => Count > 0;

    /// <summary>How many things are wrong so far.</summary>
    public int Count => problems.Count;

    /// <summary>A part of the recipe that breaks a rule.</summary>
    /// <param name="node">The part.</param>
    /// <param name="path">Its dotted key.</param>
    /// <param name="rule">The rule and the remedy.</param>
    /// <param name="known">What could stand there; null where nobody can list it.</param>
    public void Add(RecipeNode node, string path, string rule, RecipeCandidates? known = null) =>
        Add(node.Place, path.Length == 0 ? rule : $"{path} = {node.Shown}: {rule}", known);

    /// <summary>A problem in words of its own.</summary>
    public void Add(SourceLocation place, string text, RecipeCandidates? known = null)
    {
        problems.Add((place, text));
        if (known is not null) candidates.Add((place, known));
    }

    /// <summary>What could stand at a place in the stead of what is wrong there; null for nothing that can be listed.</summary>
    public RecipeCandidates? CandidatesAt(long line, long column) =>
        candidates.Find(each => (each.Place.Line, each.Place.Column) == (line, column)).Candidates;

    /// <summary>The end of a reading.</summary>
    /// <exception cref="InputException">Anything is wrong.</exception>
    public void ThrowIfAny()
    {
        if (!Any) return;
        var lines = problems.Order(Comparer<(SourceLocation Place, string Text)>.Create((a, b) => a.Place.CompareTo(b.Place)))
            .Select(problem => $"{problem.Place}: {problem.Text}").Distinct().ToList();
        if (lines.Count > Limit)
        {
            var hidden = lines.Count - Limit;
            lines.RemoveRange(Limit, hidden);
            lines.Add($"... and {hidden} more problems");
        }
        throw new InputException(lines);
    }
}
