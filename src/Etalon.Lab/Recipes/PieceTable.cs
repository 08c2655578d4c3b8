using System.Text.Json.Nodes;
using Etalon.Schedules;
using static Etalon.Lab.Recipes.PieceParameter;

namespace Etalon.Lab.Recipes;

/// <summary>Every piece that a recipe may have, a line each: reading and writing follow it.</summary>
internal static class PieceTable
{
    private static readonly RecipePiece[] _rows =
    [
        new(typeof(Constant), Value("value"), Length),
        new(typeof(Warmup), Value("peak"), Choice("convention", WarmupConvention.Between), Length),
        new(typeof(Linear), Value("from"), Value("to"), Flag("inclusive"), Length),
        new(typeof(Cosine), Value("from"), Value("to"), Flag("inclusive"), Length),
        new(typeof(Polynomial), Value("from"), Value("to"), Number("power", 1), Flag("inclusive"), Length),
        new(typeof(Exponential), Value("from"), Number("factor"), TimeScale("every", "write how long the factor takes, as in every: 1ep"),
            Length),
        new(typeof(Steps), Value("start"), Milestones("at") with { Turn = 1 }, Number("factor"), Length with { Turn = 1 }),
        new(typeof(InverseSqrt), Value("peak"), TimeScale("shift", "write the time scale, as in shift: 4000ba"), Length),
        new(typeof(Restarts), Value("from"), Value("to"), Steps("period", "10ep"), Number("growth", 1), Number("peak_decay", 1), Length),
        new(typeof(Triangular), Value("low"), Value("high"), Steps("period", "10ep"), Number("decay", 1), Length),
        new(typeof(OneCycle),
            Value("peak"), Value("initial", "Peak", 25), Value("final", "Initial", 10_000),
            Number("rise", 0.3), Choice("shape", RampShape.Cosine), Flag("three_phase"), Length)
        { Also = CycleMomentum },
        new(typeof(WarmupStableDecay),
            Value("peak"), Warmup, Stable, Steps("decay", "0.2dur") with { Property = nameof(WarmupStableDecay.DecayLength), Turn = 2 },
            Value("to", 0),
            Choice("shape", RampShape.Linear) with { Turn = 4 }, Choice("convention", WarmupConvention.Between) with { Turn = 4 }),
        new(typeof(Table), Flag("logarithmic"), Values),
        new(typeof(Scaled), Number("factor", 1), Number("log_factor", 0), Of(mayOmitLength: true)),
        new(typeof(Repeated), Count("times"), Of(mayOmitLength: false)),
        new(typeof(Stretched), Number("factor"), Of(mayOmitLength: false)),
    ];

    private static readonly Dictionary<Type, RecipePiece> _byKind = _rows.ToDictionary(row => row.Kind);

    /// <summary>Every piece by its name in a recipe.</summary>
    public static OrderedDictionary<string, RecipePiece> ByName { get; } = new(_rows.Select(row => KeyValuePair.Create(row.Name, row)));

    /// <summary>A piece as a recipe has it.</summary>
    /// <param name="piece">The piece.</param>
    /// <param name="begin">The step of the run at which it begins.</param>
    public static JsonObject Write(Schedule piece, long begin) => _byKind[piece.GetType()].Write(piece, begin);

    private static PieceParameter Warmup => new("warmup", (piece, _) => piece.Steps("warmup") ?? 0, (value, _) => InSteps((long)value))
    {
        Property = nameof(WarmupStableDecay.WarmupLength),
        Turn = 1,
    };

    // The plateau is what the warm-up and the decay leave of the run, or of the piece's length.
    private static PieceParameter Stable => new("stable", StableLength, (value, _) => InSteps((long)value))
    {
        Property = nameof(WarmupStableDecay.StableLength),
        Turn = 3,
    };

    private static object StableLength(PieceSection piece, IReadOnlyDictionary<string, object?> given)
    {
        if (piece.Steps("stable") is not { } stable)
            return Math.Max(0,
                piece.Length() - (long)given[nameof(WarmupStableDecay.WarmupLength)]!
                    - (long)given[nameof(WarmupStableDecay.DecayLength)]!);
        if (!piece.Has("for")) return stable;
        piece.Section.Take("for");
        piece.Section.Problems.Add(piece.Section.Map.Place, $"{piece.Section.Path}: stable and for say the same thing twice; keep one");
        return stable;
    }

    private static PieceParameter Values => new(
        "values",
        (piece, given) => TableReader.Values(piece, (bool)given[nameof(Table.Logarithmic)]!),
        (value, _) => new JsonArray([.. ((IReadOnlyList<double>)value).Select(each => (JsonNode)each)]));

    // momentum: {high: 0.95, low: 0.85} inside the rate's one_cycle: the same cycle upside down.
    private static Action<Schedule> CycleMomentum(PieceSection piece)
    {
        var node = piece.Section.Take("momentum");
        return cycle =>
        {
            if (node is not null) ReadMomentum(node, piece, (OneCycle)cycle);
        };
    }

    private static void ReadMomentum(RecipeNode node, PieceSection piece, OneCycle cycle)
    {
        var path = piece.Section.PathOf("momentum");
        var problems = piece.Section.Problems;
        if (piece.Quantity != ScheduledQuantity.LearningRate || !piece.IsWhole)
        {
            problems.Add(node, path,
                "only a one_cycle that is the whole learning rate sets the momentum too; write momentum as a schedule of its own");
            return;
        }
        if (SectionReader.Open(node, path, problems) is not { } section) return;
        var high = section.Read("high", 0.95, ScheduledQuantity.Momentum.Read);
        var low = section.Read("low", 0.85, ScheduledQuantity.Momentum.Read);
        section.Close();
        piece.Schedules.CycleMomentum = cycle.WithMomentum(high, low);
    }
}
