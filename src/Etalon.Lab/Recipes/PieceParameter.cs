using System.Text.Json.Nodes;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>A parameter of a piece in a recipe.</summary>
/// <param name="Key">Its key, <c>peak_decay</c>.</param>
/// <param name="Read">The value for the piece's constructor, where the parameters that were read before it are known by their
/// properties.</param>
/// <param name="Write">The value as a recipe has it, in a piece that begins at a step of the run.</param>
internal sealed record PieceParameter(
    string Key, Func<PieceSection, IReadOnlyDictionary<string, object?>, object?> Read, Func<object, long, JsonNode> Write)
{
    /// <summary>The length of a piece.</summary>
    public static PieceParameter Length { get; } = new("for", (piece, _) => piece.Length(), (value, _) => InSteps((long)value))
    {
        Property = nameof(Schedule.Length),
    };

    /// <summary>The property of the piece, which is also the parameter of its constructor. Default: the key in Pascal case.</summary>
    public string Property { get; init; } = string.Concat(Key.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    /// <summary>When it is read: after all of an earlier turn. What is wrong is told in the order of reading. Default: 0.</summary>
    public int Turn { get; init; }

    /// <summary>A value of the schedule that must be written.</summary>
    public static PieceParameter Value(string key) => new(key, (piece, _) => piece.Value(key), Same);

    /// <summary>A value of the schedule that may be left out.</summary>
    public static PieceParameter Value(string key, double fallback) => new(key, (piece, _) => piece.Value(key, fallback), Same);

    /// <summary>A value of the schedule that is a share of another where it is left out.</summary>
    public static PieceParameter Value(string key, string other, double divisor) =>
        new(key, (piece, given) => piece.Value(key, (double)given[other]! / divisor), Same);

    /// <summary>A number that must be written.</summary>
    public static PieceParameter Number(string key) => new(key, (piece, _) => piece.Number(key), Same);

    /// <summary>A number that may be left out.</summary>
    public static PieceParameter Number(string key, double fallback) => new(key, (piece, _) => piece.Number(key, fallback), Same);

    /// <summary>True or false.</summary>
    public static PieceParameter Flag(string key) => new(key, (piece, _) => piece.Flag(key), (value, _) => (bool)value);

    /// <summary>A word for a member of an enumeration.</summary>
    public static PieceParameter Choice<T>(string key, T fallback) where T : struct, Enum =>
        new(key, (piece, _) => piece.Choice(key, fallback), (value, _) => RecipeWords.Of((T)value));

    /// <summary>A duration that must be written.</summary>
    public static PieceParameter Steps(string key, string example) =>
        new(key, (piece, _) => piece.Steps(key, example), (value, _) => InSteps((long)value));

    /// <summary>A duration that need not be whole steps.</summary>
    public static PieceParameter TimeScale(string key, string remedy) =>
        new(key, (piece, _) => piece.Section.Need(key, 1.0, remedy, piece.Time.FractionalSteps), (value, _) => InSteps((double)value));

    /// <summary>A whole number that may be left out.</summary>
    public static PieceParameter Count(string key) =>
        new(key, (piece, _) => piece.Section.Read(key, (long?)null, node => ScalarReader.Long(node)), (value, _) => (long)value);

    /// <summary>Steps of the run; a piece counts them from its own start.</summary>
    public static PieceParameter Milestones(string key) => new(
        key,
        (piece, _) => piece.Section.Need(
            key, [], $"write the milestones, as in {key}: [80ep, 120ep]", node => ScalarReader.List(node, piece.Milestone)),
        (value, begin) => new JsonArray([.. ((IReadOnlyList<long>)value).Select(at => (JsonNode)InSteps(begin + at))]));

    /// <summary>The schedule that a combinator changes.</summary>
    public static PieceParameter Of(bool mayOmitLength) =>
        new("of", (piece, _) => piece.Inner(mayOmitLength), (value, begin) => ScheduleWriter.Inner((Schedule)value, begin));

    /// <summary>A number of steps as a duration.</summary>
    public static JsonNode InSteps(double steps) => $"{steps:0.#################}ba";

    private static JsonNode Same(object value, long begin) => (double)value;
}
