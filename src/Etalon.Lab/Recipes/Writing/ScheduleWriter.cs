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

    /// <summary>Its piece or its pieces, which begin at a step of the run.</summary>
    public static JsonNode Inner(Schedule schedule, long begin)
    {
        if (schedule is not Sequence sequence) return PieceTable.Write(schedule, begin);
        // One piece in a list is the piece.
        return sequence.Pieces.Count == 1
            ? PieceTable.Write(sequence.Pieces[0], begin)
            : new JsonArray([.. sequence.Pieces.Select((piece, i) => (JsonNode)PieceTable.Write(piece, begin + sequence.Begins[i]))]);
    }
}
