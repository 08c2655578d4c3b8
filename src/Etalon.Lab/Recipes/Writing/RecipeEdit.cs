using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>Changes in a recipe's text that leave all else as it stands: units, comments, order and blanks.</summary>
internal static partial class RecipeEdit
{
    // A plus stays a plus.
    private static readonly JsonSerializerOptions _asWritten = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The text with "key=value" put in, in order; null where one cannot be put into the text.</summary>
    public static string? With(string text, IEnumerable<string> overrides)
    {
        string? edited = text;
        foreach (var change in overrides)
        {
            if (edited is null) return null;
            var equals = change.IndexOf('=', StringComparison.Ordinal);
            edited = With(edited, change[..equals].Trim(), change[(equals + 1)..].Trim());
        }
        return edited;
    }

    /// <summary>
    /// The text with a value under a dotted key; with <c>null</c> for a value the key is taken away. Null where the text has no place for
    /// it.
    /// </summary>
    public static string? With(string text, string key, string value)
    {
        if (value.Length == 0 || value.Contains('\n', StringComparison.Ordinal) || Parse(text) is not { } root) return null;
        if (IsJson(root) && Parse($"value: {value}")?.Find("value")?.Value is { } parsed) value = Json(parsed);
        var keys = key.Split('.');
        RecipeNode at = root;
        for (var depth = 0; depth < keys.Length; depth++)
        {
            if (at is RecipeList list)
            {
                if (!int.TryParse(keys[depth], NumberStyles.None, CultureInfo.InvariantCulture, out var index) || index >= list.Items.Count)
                    return null;
                at = list.Items[index];
                continue;
            }
            if (at is not RecipeMap map) return null;
            if (map.Find(keys[depth]) is not { } entry)
                return value is "null" or "~"
                    ? text : Insert(text, map, keys[depth], Nested(keys[(depth + 1)..], value, IsJson(root)), isRoot: depth == 0);
            if (depth == keys.Length - 1 && value is "null" or "~") return Remove(text, map, entry);
            at = entry.Value;
            // What takes the place of a block of lines stands behind its key.
            if (depth == keys.Length - 1 && at is (RecipeMap or RecipeList) and { IsFlow: false })
            {
                var colon = text.IndexOf(':', entry.Key.Extent.End);
                return $"{text[..(colon + 1)]} {value}{text[at.Extent.End..]}";
            }
        }
        return Replace(text, at, value);
    }

    /// <summary>Whether a key stands at the top of the text.</summary>
    public static bool Has(string text, string key) => Parse(text)?.Find(key) is not null;

    /// <summary>The single value under a key at the top of the text; null where there is none.</summary>
    public static string? TextAt(string text, string key) => (Parse(text)?.Find(key)?.Value as RecipeScalar)?.Text;

    /// <summary>
    /// The dotted key of the piece under a key, the last one of a list, that has no length written; null where there is no such.
    /// </summary>
    public static string? PieceAt(string text, string key)
    {
        RecipeNode? at = Parse(text);
        foreach (var part in key.Split('.')) at = (at as RecipeMap)?.Find(part)?.Value;
        if (at is RecipeList { Items.Count: > 0 } list) (key, at) = ($"{key}.{list.Items.Count - 1}", list.Items[^1]);
        return at is RecipeMap { Entries: [var piece] } && piece.Value is RecipeMap parameters && parameters.Find("for") is null
            ? $"{key}.{piece.Key.Text}" : null;
    }

    /// <summary>
    /// The text with every rate in it times a factor: that of the recipe, and those of its groups. Null where a schedule has no number to
    /// change.
    /// </summary>
    /// <param name="text">The recipe.</param>
    /// <param name="scale">A number times the factor, as text.</param>
    /// <param name="factor">The factor.</param>
    public static string? WithRates(string text, Func<double, string> scale, string factor)
    {
        if (Parse(text) is not { } root) return null;
        var edits = new List<(RecipeNode Node, string Text)>();
        foreach (var rate in SchedulesOf(root, ScheduledQuantity.LearningRate)) Scale(text, rate, scale, factor, edits);
        return Replace(text, edits);
    }

    /// <summary>Whether a schedule of the text has times in updates.</summary>
    public static bool HasTimesInUpdates(string text) => Parse(text) is { } root && TimesInUpdates(root).Any();

    /// <summary>The text with every time in updates of its schedules changed; null where it is no recipe.</summary>
    /// <param name="text">The recipe.</param>
    /// <param name="change">Another number of updates for one.</param>
    public static string? WithTimesInUpdates(string text, Func<decimal, decimal> change)
    {
        if (Parse(text) is not { } root) return null;
        var edits = TimesInUpdates(root).Select(time =>
        {
            string changed = new Duration(change(time.Updates), TimeUnit.Batches).ToString();
            return ((RecipeNode)time.Node, time.Node.IsQuoted ? $"\"{changed}\"" : changed);
        });
        return Replace(text, [.. edits]);
    }

    /// <summary>The text with the paths of tables' files as they are from another folder.</summary>
    public static string? WithFiles(string text, string from, string to)
    {
        if (Path.GetFullPath(from.Length == 0 ? "." : from) == Path.GetFullPath(to.Length == 0 ? "." : to)) return text;
        if (Parse(text) is not { } root) return null;
        var edits = new List<(RecipeNode, string)>();
        foreach (var file in Maps(root).Select(map => map.Find("table")?.Value).OfType<RecipeMap>()
            .Select(table => table.Find("file")?.Value).OfType<RecipeScalar>())
        {
            var path = Path.GetRelativePath(Path.GetFullPath(to.Length == 0 ? "." : to), Path.GetFullPath(Path.Combine(from, file.Text)));
            edits.Add((file, Quoted(path)));
        }
        return Replace(text, edits);
    }

    private static RecipeMap? Parse(string text) => RecipeText.Parse(text, "", new RecipeProblems(), int.MaxValue) as RecipeMap;

    // The schedules of a quantity: the recipe's, and those of its groups.
    private static IEnumerable<RecipeNode> SchedulesOf(RecipeMap root, ScheduledQuantity quantity)
    {
        var maps = new List<RecipeMap?> { root };
        if (root.Find("optimizer")?.Value is RecipeMap optimizer && optimizer.Find("groups")?.Value is RecipeMap groups)
            maps.AddRange(groups.Entries.Select(group => group.Value as RecipeMap));
        return maps.Select(map => map?.Find(quantity.Key)?.Value).OfType<RecipeNode>();
    }

    private static IEnumerable<(RecipeScalar Node, decimal Updates)> TimesInUpdates(RecipeMap root)
    {
        ScheduledQuantity[] quantities = [ScheduledQuantity.LearningRate, ScheduledQuantity.WeightDecay, ScheduledQuantity.Momentum];
        foreach (var scalar in quantities.SelectMany(quantity => SchedulesOf(root, quantity)).SelectMany(Scalars))
            if (InUpdates().IsMatch(scalar.Text)) yield return (scalar, Duration.Parse(scalar.Text).Amount);
    }

    private static IEnumerable<RecipeScalar> Scalars(RecipeNode node) => node switch
    {
        RecipeScalar scalar => [scalar],
        RecipeList list => list.Items.SelectMany(Scalars),
        RecipeMap map => map.Entries.Where(entry => entry.Key.Text != "file").SelectMany(entry => Scalars(entry.Value)),
        _ => [],
    };

    private static IEnumerable<RecipeMap> Maps(RecipeNode node) => node switch
    {
        RecipeMap map => map.Entries.SelectMany(entry => Maps(entry.Value)).Prepend(map),
        RecipeList list => list.Items.SelectMany(Maps),
        _ => [],
    };

    private static void Scale(string text, RecipeNode node, Func<double, string> scale, string factor, List<(RecipeNode, string)> edits)
    {
        switch (node)
        {
            case RecipeScalar number
                when double.TryParse(number.Text.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float,
                    CultureInfo.InvariantCulture, out var value):
                edits.Add((number, scale(value)));
                break;
            case RecipeList list:
                foreach (var item in list.Items) Scale(text, item, scale, factor, edits);
                break;
            case RecipeMap { Entries: [var piece] } when piece.Value is RecipeMap parameters:
                ScalePiece(text, node, piece.Key.Text, parameters, scale, factor, edits);
                break;
        }
    }

    private static void ScalePiece(string text, RecipeNode piece, string name, RecipeMap parameters, Func<double, string> scale,
        string factor, List<(RecipeNode, string)> edits)
    {
        if (name == "table" && (parameters.Find("file") is not null || parameters.Find("logarithmic") is not null))
        {
            var written = text[piece.Extent.Begin..piece.Extent.End];
            if (written[0] != '{') written = $"{{{written}}}";
            edits.Add(
                (piece, IsJson((RecipeMap)piece)
                    ? $"{{\"scaled\": {{\"factor\": {factor}, \"of\": {written}}}}}" : $"{{scaled: {{factor: {factor}, of: {written}}}}}"));
            return;
        }
        foreach (var (key, value) in parameters.Entries)
        {
            if (key.Text is "value" or "values" or "peak" or "from" or "to" or "start" or "low" or "high" or "initial" or "final" or "of")
                Scale(text, value, scale, factor, edits);
        }
    }

    // Quoted keys are keys in YAML too.
    private static string Nested(string[] keys, string value, bool isJson) => keys.Length == 0 ? value
        : isJson ? $"{{\"{keys[0]}\": {Nested(keys[1..], value, isJson)}}}"
        : $"{{{keys[0]}: {Nested(keys[1..], value, isJson)}}}";

    private static string Replace(string text, RecipeNode node, string value)
    {
        var (begin, end) = node.Extent;
        // A key without a value ends at its colon.
        var blank = begin == end && begin > 0 && text[begin - 1] == ':' ? " " : "";
        return string.Concat(text.AsSpan(0, begin), blank, value, text.AsSpan(end));
    }

    private static string Replace(string text, List<(RecipeNode Node, string Text)> edits)
    {
        foreach (var (node, value) in edits.OrderByDescending(edit => edit.Node.Extent.Begin)) text = Replace(text, node, value);
        return text;
    }

    // What is JSON stays JSON, for the programs that read it as such.
    private static bool IsJson(RecipeMap root) => root is { IsFlow: true, Entries: [var first, ..] } && first.Key.IsQuoted;

    private static string Json(RecipeNode node) => node switch
    {
        RecipeMap map => $"{{{string.Join(", ", map.Entries.Select(entry => $"{JsonText(entry.Key.Text)}: {Json(entry.Value)}"))}}}",
        RecipeList list => $"[{string.Join(", ", list.Items.Select(Json))}]",
        RecipeScalar { IsNull: true } => "null",
        RecipeScalar { IsQuoted: false, Text: "true" or "false" } word => word.Text,
        RecipeScalar { IsQuoted: false } number when JsonNumber().IsMatch(number.Text) => number.Text,
        RecipeScalar text => JsonText(text.Text),
        _ => throw new InvalidOperationException($"a {node.Kind} has no JSON"),
    };

    private static string JsonText(string text) => JsonSerializer.Serialize(text, _asWritten);

    [GeneratedRegex(@"^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$")]
    private static partial Regex JsonNumber();

    [GeneratedRegex(@"^\s*[0-9][0-9_]*(\.[0-9]*)?([eE][+-]?[0-9]+)?\s*(ba|st)\s*$")]
    private static partial Regex InUpdates();

    private static string? Insert(string text, RecipeMap map, string key, string value, bool isRoot)
    {
        if (map.Entries.Count == 0) return map.IsFlow ? text.Insert(map.Extent.Begin + 1, $"{key}: {value}") : null;
        var (first, last) = (map.Entries[0], map.Entries[^1]);
        if (map.IsFlow)
        {
            return text.Insert(last.Value.Extent.End, first.Key.IsQuoted ? $", \"{key}\": {value}" : $", {key}: {value}");
        }
        var lineBegin = text.LastIndexOf('\n', Math.Max(0, first.Key.Extent.Begin - 1)) + 1;
        if (first.Key.Extent.Begin == 0) lineBegin = 0;
        var indentation = new string(' ', first.Key.Extent.Begin - lineBegin);
        var lineEnd = text.IndexOf('\n', last.Value.Extent.End);
        var newLine = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        return lineEnd < 0
            ? $"{text}{newLine}{indentation}{key}: {value}{(isRoot ? newLine : "")}"
            : text.Insert(lineEnd + 1, $"{indentation}{key}: {value}{newLine}");
    }

    private static string Remove(string text, RecipeMap map, RecipeEntry entry)
    {
        var index = map.Entries.IndexOf(entry);
        var (begin, end) = (entry.Key.Extent.Begin, entry.Value.Extent.End);
        if (map.IsFlow)
        {
            if (index + 1 < map.Entries.Count) end = map.Entries[index + 1].Key.Extent.Begin;
            else if (index > 0) begin = map.Entries[index - 1].Value.Extent.End;
            return text.Remove(begin, end - begin);
        }
        var lineBegin = begin == 0 ? 0 : text.LastIndexOf('\n', begin - 1) + 1;
        var lineEnd = text.IndexOf('\n', Math.Max(begin, end));
        return text.Remove(lineBegin, (lineEnd < 0 ? text.Length : lineEnd + 1) - lineBegin);
    }

    private static string Quoted(string path) => $"\"{new StringBuilder(path).Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
