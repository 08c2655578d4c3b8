namespace Etalon.Lab.Recipes;

/// <summary>
/// What could stand at a place of a recipe that is being written. The reader itself tells: the word at the place is replaced by one that
/// nobody knows, and what the reader would have taken there is what it says of that. So a key that is new to the reader is new here.
/// </summary>
/// <param name="Begin">Where the word at the place begins.</param>
/// <param name="End">Where it ends; as far as the place for none.</param>
/// <param name="Candidates">What could stand there.</param>
/// <param name="HasColon">Whether the word is a key that has its colon already.</param>
/// <param name="IsFlow">Whether the place is inside braces or brackets.</param>
/// <param name="IsAlone">Whether nothing stands before the word on its line but blanks and dashes.</param>
internal sealed record RecipeCompletion(int Begin, int End, RecipeCandidates Candidates, bool HasColon, bool IsFlow, bool IsAlone)
{
    // From Unicode's private use: no key, no piece and no value has it.
    private const string Unknown = "\uE000";

    /// <summary>
    /// What could stand at a place; null where that cannot be listed, as for numbers, or what stands before it is no YAML.
    /// </summary>
    /// <param name="text">The recipe so far.</param>
    /// <param name="place">A place in it: characters before it.</param>
    public static RecipeCompletion? At(string text, int place)
    {
        if (text.Length > RecipeText.LargestLength || text.Contains(Unknown, StringComparison.Ordinal)) return null;
        place = Math.Clamp(place, 0, text.Length);
        int begin = place, end = place;
        while (begin > 0 && IsOfWord(text[begin - 1])) begin--;
        while (end < text.Length && IsOfWord(text[end])) end++;
        string before = text[..begin], after = text[end..];
        if (OpenAt(before) is not { } open) return null;
        int lineEnd = after.IndexOf('\n', StringComparison.Ordinal);
        string nextLines = lineEnd < 0 ? "" : after[lineEnd..];
        bool hasColon = after.StartsWith(':');
        string[] words = hasColon ? [Unknown] : [$"{Unknown}: 0", Unknown];
        // As it stands; with what is still open closed, and with what follows left out, for it may be read as a part of that.
        foreach (string word in words)
            foreach (string whole in (string[])[before + word + after, before + word + open + nextLines, before + word + open])
                if (Find(whole, before) is { } found)
                {
                    int lineBegin = before.LastIndexOf('\n') + 1;
                    return new(begin, end, found, hasColon, open.Length > 0, before[lineBegin..].All(c => c is ' ' or '-'));
                }
        return null;
    }

    private static RecipeCandidates? Find(string text, string before)
    {
        var problems = new RecipeProblems();
        if (RecipeText.Parse(text, "recipe", problems) is not RecipeMap map || problems.Any || NamesTable(map)) return null;
        int line = before.Count(c => c == '\n') + 1, column = before.Length - before.LastIndexOf('\n');
        return RecipeReader.Problems(map).CandidatesAt(line, column);
    }

    // The reader would read the file of a table, and nobody asked for that.
    private static bool NamesTable(RecipeNode node) => node switch
    {
        RecipeList list => list.Items.Any(NamesTable),
        RecipeMap map => map.Entries.Any(entry =>
            (entry.Key.Text == "table" && entry.Value is RecipeMap table && table.Find("file") is not null) || NamesTable(entry.Value)),
        _ => false,
    };

    private static bool IsOfWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '+' or '.';

    // The closing of all braces and brackets that are open at the end of a text; null inside quotes or a comment.
    private static string? OpenAt(string text)
    {
        var open = new Stack<char>();
        char quote = '\0';
        bool isComment = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (isComment) isComment = c != '\n';
            else if (quote != '\0') quote = c == quote ? '\0' : quote;
            else if (c == '#' && (i == 0 || char.IsWhiteSpace(text[i - 1]))) isComment = true;
            else if (c is '"' or '\'' && (i == 0 || !IsOfWord(text[i - 1]))) quote = c;
            else if (c is '{' or '[') open.Push(c == '{' ? '}' : ']');
            else if (c is '}' or ']' && open.Count > 0) open.Pop();
        }
        return quote != '\0' || isComment ? null : string.Concat(open);
    }
}
