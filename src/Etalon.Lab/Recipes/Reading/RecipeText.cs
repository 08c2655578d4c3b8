using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Etalon.Lab.Recipes;

/// <summary>
/// Text to nodes, of recipes and sweeps: YAML, of which JSON is a part. Anchors, aliases, tags and second documents are refused.
/// </summary>
internal sealed class RecipeText
{
    /// <summary>The longest recipe in characters: a mistaken file is refused before it is parsed.</summary>
    public const int LargestLength = 1 << 20;

    // A recipe needs five; deeper nesting is a mistake or an attack on the stack.
    private const int DeepestNesting = 32;

    private readonly string text, what;
    private readonly Parser parser;
    private readonly Func<Mark, SourceLocation> locate;
    private readonly RecipeProblems problems;

    private RecipeText(string text, Func<Mark, SourceLocation> locate, RecipeProblems problems, string what)
    {
        (this.text, this.what) = (text, what);
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        this.locate = locate;
        this.problems = problems;
    }

    /// <summary>The nodes of a recipe, or null after a problem was noted.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="source">The file's name for messages.</param>
    /// <param name="problems">Takes what is wrong.</param>
    /// <param name="longest">The most characters.</param>
    /// <param name="what">What the text should be, for messages.</param>
    public static RecipeNode? Parse(
        string text, string source, RecipeProblems problems, int longest = LargestLength, string what = "recipe")
    {
        if (text.Length > longest)
        {
            problems.Add(new SourceLocation(source, 1, 1),
                $"the text is longer than {longest} characters, the most that a {what} has; is this the right file?");
            return null;
        }
        return new RecipeText(text, mark => new SourceLocation(source, mark.Line, mark.Column), problems, what).Document();
    }

    /// <summary>The nodes of an override's value, all of them placed at the override.</summary>
    public static RecipeNode? ParseValue(string value, SourceLocation place, RecipeProblems problems) =>
        value.Length > LargestLength || string.IsNullOrWhiteSpace(value)
            ? new RecipeScalar("", false, place)
            : new RecipeText(value, _ => place, problems, "recipe").Document();

    private RecipeNode? Document()
    {
        try
        {
            parser.Consume<StreamStart>();
            if (parser.TryConsume<StreamEnd>(out var end))
            {
                problems.Add(locate(end.Start), "the recipe is empty; it needs at least duration and learning_rate");
                return null;
            }
            parser.Consume<DocumentStart>();
            var node = Node(0);
            parser.Consume<DocumentEnd>();
            if (node is not null && !parser.Accept<StreamEnd>(out _))
                Refuse(parser.Current!, $"a second document begins here; a file holds one {what}");
            return node;
        }
        catch (YamlException e)
        {
            if (TabIn(e.Start.Line, e.End.Line) is { } tab)
            {
                problems.Add(locate(tab), "the line is indented with a tab; YAML is indented with blanks");
                return null;
            }
            var reason = (e.InnerException ?? e).Message;
            problems.Add(locate(e.Start), $"the text is not YAML: {reason.TrimEnd('.')}; check quotes, brackets and indentation here");
            return null;
        }
        catch (InvalidOperationException)
        {
            if (TabIn(0, 0) is { } tab)
            {
                problems.Add(locate(tab), "the line is indented with a tab; YAML is indented with blanks");
                return null;
            }
            // What YamlDotNet's scanner throws where a plain value inside braces runs on to a line that is less indented.
            problems.Add(locate(parser.Current?.End ?? Mark.Empty),
                "the text is not YAML; check quotes, brackets and indentation after this place");
            return null;
        }
        catch (ArgumentException)
        {
            // What YamlDotNet throws where a tag is no name that a tag may have, as !!str[900ba.
            problems.Add(locate(parser.Current?.End ?? Mark.Empty),
                $"a tag (!) after this place is not YAML; {what}s have no tags: remove it");
            return null;
        }
    }

    // What the scanner could not go on from is often reported at 1:1; then the tab may be anywhere.
    private Mark? TabIn(long first, long last)
    {
        string[] lines = text.Split('\n');
        for (long i = Math.Max(1, first); i <= (first <= 1 ? lines.Length : Math.Min(last, lines.Length)); i++)
        {
            string line = lines[i - 1], indent = line[..^line.AsSpan().TrimStart([' ', '\t']).Length];
            int tab = indent.IndexOf('\t', StringComparison.Ordinal);
            if (tab >= 0 && !string.IsNullOrWhiteSpace(line)) return new Mark(0, i, tab + 1);
        }
        return null;
    }

    private RecipeNode? Node(int depth)
    {
        var current = parser.Current!;
        if (depth > DeepestNesting)
            return Refuse(current, $"nested more than {DeepestNesting} deep; a {what} needs no more than 5 levels");
        switch (current)
        {
            case AnchorAlias alias:
                return Refuse(alias, $"*{alias.Value} repeats an anchor; {what}s have no anchors: write the value again");
            case NodeEvent node when !node.Anchor.IsEmpty:
                return Refuse(node, $"&{node.Anchor.Value} is an anchor; {what}s have no anchors: remove it");
            case NodeEvent node when !node.Tag.IsEmpty && !node.Tag.IsNonSpecific:
                return Refuse(node, $"{node.Tag.Value} is a tag; {what}s have no tags: remove it");
            case Scalar scalar:
                parser.MoveNext();
                return new RecipeScalar(scalar.Value, scalar.Style is not ScalarStyle.Plain,
                    locate(scalar.Start))
                { Extent = Extent(scalar, scalar.End) };
            case SequenceStart start:
                parser.MoveNext();
                return Sequence(start, depth);
            default:
                var mapping = parser.Consume<MappingStart>();
                return Mapping(mapping, depth);
        }
    }

    private RecipeList? Sequence(SequenceStart start, int depth)
    {
        var items = new List<RecipeNode>();
        SequenceEnd end;
        while (!parser.TryConsume<SequenceEnd>(out end!))
        {
            if (Node(depth + 1) is not { } item) return null;
            items.Add(item);
        }
        var isFlow = start.Style == SequenceStyle.Flow;
        return new RecipeList(items, locate(start.Start))
        {
            IsFlow = isFlow,
            Extent = isFlow || items.Count == 0 ? Bracketed(start, end) : Extent(start, items[^1])
        };
    }

    private RecipeMap? Mapping(MappingStart start, int depth)
    {
        var entries = new List<RecipeEntry>();
        var lines = new Dictionary<string, SourceLocation>();
        MappingEnd end;
        while (!parser.TryConsume<MappingEnd>(out end!))
        {
            if (Node(depth + 1) is not { } key) return null;
            if (Node(depth + 1) is not { } value) return null;
            if (key is not RecipeScalar name)
                problems.Add(key.Place, $"{key.Kind} is no key; a key is a word, as in \"name: value\"");
            else if (!lines.TryAdd(name.Text, name.Place))
                problems.Add(name.Place, $"{name.Shown} stands twice, first at line {lines[name.Text].Line}; keep one");
            else
                entries.Add(new(name, value));
        }
        var isFlow = start.Style == MappingStyle.Flow;
        return new RecipeMap(entries, locate(start.Start))
        {
            IsFlow = isFlow,
            Extent = isFlow || entries.Count == 0 ? Bracketed(start, end) : Extent(start, entries[^1].Value)
        };
    }

    private static (int Begin, int End) Extent(ParsingEvent begin, Mark end) => ((int)begin.Start.Index, (int)end.Index);

    // The scanner's mark of a closing bracket begins and ends before it.
    private static (int Begin, int End) Bracketed(ParsingEvent begin, ParsingEvent end) =>
        ((int)begin.Start.Index, (int)end.Start.Index + 1);

    // In blocks an event ends where the next one begins; the text ends with its last part.
    private static (int Begin, int End) Extent(ParsingEvent begin, RecipeNode last) => ((int)begin.Start.Index, last.Extent.End);

    private RecipeNode? Refuse(ParsingEvent at, string reason)
    {
        problems.Add(locate(at.Start), reason);
        return null;
    }
}
