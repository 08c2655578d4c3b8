using System.Text.Json.Nodes;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>A schedule in the words of a recipe, all durations in steps: what <see cref="ScheduleReader"/> reads back.</summary>
internal static class ScheduleWriter
{
    /// <summary>A number if the schedule is constant over the run, else its piece or its pieces.</summary>
    public static JsonNode Write(Schedule schedule, long totalSteps) =>
        schedule is Constant constant && (constant.Length is null || constant.Length == totalSteps)
            ? JsonValue.Create(constant.Value)
            : Inner(schedule, 0);

    private static JsonNode Inner(Schedule schedule, long begin)
    {
        if (schedule is not Sequence sequence) return Piece(schedule, begin);
        // One piece in a list is the piece.
        return sequence.Pieces.Count == 1
            ? Piece(sequence.Pieces[0], begin)
            : new JsonArray([.. sequence.Pieces.Select((piece, i) => (JsonNode)Piece(piece, begin + sequence.Begins[i]))]);
    }

    private static JsonObject Piece(Schedule piece, long begin) => piece switch
    {
        Constant p => Named("constant", p, ("value", p.Value)),
        Warmup p => Named("warmup", p, ("peak", p.Peak), ("convention", RecipeWords.Of(p.Convention))),
        Linear p => Named("linear", p, ("from", p.From), ("to", p.To), ("inclusive", p.Inclusive)),
        Cosine p => Named("cosine", p, ("from", p.From), ("to", p.To), ("inclusive", p.Inclusive)),
        Polynomial p => Named("polynomial", p, ("from", p.From), ("to", p.To), ("power", p.Power), ("inclusive", p.Inclusive)),
        Exponential p => Named("exponential", p, ("from", p.From), ("factor", p.Factor), ("every", Steps(p.Every))),
        Schedules.Steps p => Named("steps", p, ("start", p.Start), ("at", Milestones(p, begin)), ("factor", p.Factor)),
        InverseSqrt p => Named("inverse_sqrt", p, ("peak", p.Peak), ("shift", Steps(p.Shift))),
        Restarts p => Named("restarts", p, ("from", p.From), ("to", p.To), ("period", Steps(p.Period)), ("growth", p.Growth), ("peak_decay", p.PeakDecay)),
        Triangular p => Named("triangular", p, ("low", p.Low), ("high", p.High), ("period", Steps(p.Period)), ("decay", p.Decay)),
        OneCycle p => Named("one_cycle", p, ("peak", p.Peak), ("initial", p.Initial), ("final", p.Final), ("rise", p.Rise), ("shape", RecipeWords.Of(p.Shape)), ("three_phase", p.ThreePhase)),
        WarmupStableDecay p => new() { ["wsd"] = Stable(p) },
        Table p => new() { ["table"] = new JsonObject { ["logarithmic"] = p.Logarithmic, ["values"] = new JsonArray([.. p.Values.Select(value => (JsonNode)value)]) } },
        Scaled p => new() { ["scaled"] = new JsonObject { ["factor"] = p.Factor, ["log_factor"] = p.LogFactor, ["of"] = Inner(p.Of, begin) } },
        Repeated p => new() { ["repeated"] = RepeatedParameters(p, begin) },
        Stretched p => new() { ["stretched"] = new JsonObject { ["factor"] = p.Factor, ["of"] = Inner(p.Of, begin) } },
        _ => throw new NotSupportedException($"a recipe has no word for {piece.GetType().Name}"),
    };

    private static JsonObject Named(string name, Schedule piece, params ReadOnlySpan<(string Key, JsonNode Value)> parameters)
    {
        var json = new JsonObject();
        foreach (var (key, value) in parameters) json[key] = value;
        if (piece.Length is { } length) json["for"] = Steps(length);
        return new() { [name] = json };
    }

    private static JsonArray Milestones(Steps piece, long begin) => new([.. piece.At.Select(at => (JsonNode)Steps(begin + at))]);

    private static JsonObject Stable(WarmupStableDecay piece) => new()
    {
        ["peak"] = piece.Peak,
        ["warmup"] = Steps(piece.WarmupLength),
        ["stable"] = Steps(piece.StableLength),
        ["decay"] = Steps(piece.DecayLength),
        ["to"] = piece.To,
        ["shape"] = RecipeWords.Of(piece.Shape),
        ["convention"] = RecipeWords.Of(piece.Convention),
    };

    private static JsonObject RepeatedParameters(Repeated piece, long begin)
    {
        var json = new JsonObject();
        if (piece.Times is { } times) json["times"] = times;
        json["of"] = Inner(piece.Of, begin);
        return json;
    }

    private static string Steps(double steps) => $"{steps:0.#################}ba";
}
