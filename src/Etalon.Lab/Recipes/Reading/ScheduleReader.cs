using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>Reads a schedule: a number, one piece, or a list of pieces joined one after another.</summary>
/// <param name="time">Durations to steps.</param>
/// <param name="problems">Takes what is wrong.</param>
/// <param name="warnings">Takes what is allowed but probably not meant.</param>
internal sealed class ScheduleReader(RecipeTime time, RecipeProblems problems, RecipeWarnings warnings)
{
    // Where a momentum is looked at for values of 1 and above; pieces are monotone between far more widely spaced points than these.
    private const int Samples = 1000;

    private static readonly RecipeCandidates AllPieces = new(CandidateKind.Piece, [.. PieceTable.ByName.Keys]);

    /// <summary>Durations to steps.</summary>
    public RecipeTime Time => time;

    /// <summary>Takes what is allowed but probably not meant.</summary>
    public RecipeWarnings Warnings => warnings;

    /// <summary>The momentum that a one_cycle of the rate brings; null if none does.</summary>
    public Schedule? CycleMomentum { get; set; }

    /// <summary>The schedule under a quantity's key, or null if the key is not there or a problem was noted.</summary>
    public Schedule? Read(SectionReader section, ScheduledQuantity quantity)
    {
        if (section.Take(quantity.Key) is not { } node) return null;
        var path = section.PathOf(quantity.Key);
        if (node is RecipeScalar)
        {
            var constant = section.Read(quantity.Key, (Schedule?)null, number => new Constant(Value(quantity, number), time.TotalSteps));
            if (constant is not null) ScheduleWarnings.OfSize(constant, quantity, time.TotalSteps, node.Place, path, warnings);
            return constant;
        }
        var problemsBefore = problems.Count;
        var schedule = node is RecipeList list ? Pieces(list, quantity, path, 0, true) : Piece(node, quantity, path, 0, isLast: true);
        if (schedule is null || problems.Count > problemsBefore) return null;
        CheckRange(schedule, quantity, node, path);
        CheckLength(schedule, node, path);
        ScheduleWarnings.OfSize(schedule, quantity, time.TotalSteps, node.Place, path, warnings);
        return schedule;
    }

    /// <summary>The schedule inside a combinator, or null after a problem was noted.</summary>
    /// <param name="section">The combinator's parameters.</param>
    /// <param name="key">The key of the schedule in them.</param>
    /// <param name="quantity">What the schedule is of.</param>
    /// <param name="begin">The step of the run at which it begins.</param>
    /// <param name="mayOmitLength">Whether its last piece may leave its length out.</param>
    public Schedule? Inner(SectionReader section, string key, ScheduledQuantity quantity, long begin, bool mayOmitLength)
    {
        if (section.Take(key) is not { } node)
        {
            section.Missing(key, "write a piece or a list of pieces");
            return null;
        }
        var path = section.PathOf(key);
        return node is RecipeList list
            ? Pieces(list, quantity, path, begin, mayOmitLength)
            : Piece(node, quantity, path, begin, mayOmitLength);
    }

    private Sequence? Pieces(RecipeList list, ScheduledQuantity quantity, string path, long begin, bool mayOmitLength)
    {
        if (list.Items.Count == 0)
        {
            problems.Add(list, path, "needs at least one piece, as in - constant: {value: 0.1}");
            return null;
        }
        var pieces = new List<Schedule>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var piece = Piece(list.Items[i], quantity, $"{path}.{i}", begin, mayOmitLength && i == list.Items.Count - 1);
            if (piece is null) continue;
            // A piece that lasts to the end of the run has no length left where it begins after it.
            if (begin >= time.TotalSteps && (piece.Length != 0 || !HasLength(list.Items[i])))
                warnings.Add(list.Items[i].Place,
                    $"{path}.{i} begins at step {begin}, after the run's last update {time.TotalSteps - 1}: it is never used");
            else if (pieces.Count == i && i > 0 && quantity != ScheduledQuantity.Momentum)
                ScheduleWarnings.OfJump(pieces[^1], piece, list.Items[i].Place, $"{path}.{i}", warnings);
            pieces.Add(piece);
            begin = Math.Min(begin + piece.Length.GetValueOrDefault(), RecipeTime.MostSteps);
        }
        if (begin < RecipeTime.MostSteps) return pieces.Count == list.Items.Count ? new Sequence(pieces) : null;
        problems.Add(list, path, "its pieces have 2^53 updates or more together; give them shorter lengths");
        return null;
    }

    private Schedule? Piece(RecipeNode node, ScheduledQuantity quantity, string path, long begin, bool isLast)
    {
        if (node is not RecipeMap { Entries: [var entry] })
        {
            problems.Add(node, path,
                $"a piece is one name with its parameters, as in cosine: {{from: 0.1, to: 0}}; the names are "
                + $"{string.Join(", ", PieceTable.ByName.Keys)}", AllPieces);
            return null;
        }
        var name = entry.Key.Text;
        if (!PieceTable.ByName.TryGetValue(name, out var kind))
        {
            var hint = Suggestion.To(name, [.. PieceTable.ByName.Keys]) is { } near
                ? $"did you mean {near}?" : $"the pieces are {string.Join(", ", PieceTable.ByName.Keys)}";
            problems.Add(entry.Key.Place, $"{path}.{entry.Key.Shown}: no such piece; {hint}", AllPieces);
            return null;
        }
        if (SectionReader.Open(entry.Value, $"{path}.{name}", problems) is not { } section) return null;
        var piece = kind.Read(new PieceSection(section, quantity, this, begin, isLast));
        if (piece is not null && begin < time.TotalSteps)
            ScheduleWarnings.OfWarmup(piece, time.TotalSteps - begin, entry.Key.Place, $"{path}.{name}", warnings);
        if (piece is Steps steps)
        {
            WarnOfLateMilestones(steps, begin, $"{path}.{name}", section);
            ScheduleWarnings.OfFactor(steps, entry.Key.Place, $"{path}.{name}", warnings);
        }
        return piece;
    }

    // In the place of a number a piece could stand.
    private static double Value(ScheduledQuantity quantity, RecipeNode node)
    {
        try
        {
            return quantity.Read(node);
        }
        catch (ValueException exception)
        {
            // What follows the value that is not one, as in "learning_rate = cosine: must be ...".
            string message = node is RecipeScalar { Text: var word } && PieceTable.ByName.ContainsKey(word)
                ? $"is a piece, which has its parameters below it; write {quantity.Key}: {{{word}: {{...}}}} with those of docs/recipes.md"
                : exception.Message;
            throw new ValueException(exception.Node, message) { Candidates = AllPieces };
        }
    }

    private static bool HasLength(RecipeNode item) =>
        item is RecipeMap { Entries: [var piece] } && piece.Value is RecipeMap parameters && parameters.Find("for") is not null;

    private void WarnOfLateMilestones(Steps steps, long begin, string path, SectionReader section)
    {
        var end = Math.Min(time.TotalSteps, begin + steps.Length.GetValueOrDefault());
        var items = section.Map.Find("at")?.Value is RecipeList list ? list.Items : [];
        for (var i = 0; i < steps.At.Count && i < items.Count; i++)
        {
            if (begin + steps.At[i] < end) continue;
            var what = end == time.TotalSteps ? $"the run's last update is {end - 1}" : $"the piece's last update is {end - 1}";
            warnings.Add(items[i].Place, $"{path}.at.{i} = {items[i].Shown} is step {begin + steps.At[i]} and can never come: {what}");
        }
    }

    // Parameters were checked one by one; only growth can leave the range from there.
    private void CheckRange(Schedule schedule, ScheduledQuantity quantity, RecipeNode node, string path)
    {
        if (double.IsPositiveInfinity(quantity.Below)) return;
        for (var i = 0; i <= Samples; i++)
        {
            var step = (long)((time.TotalSteps - 1) * (i / (double)Samples));
            if (quantity.Allows(schedule.ValueAt(step))) continue;
            problems.Add(node.Place, $"{path} is {schedule.ValueAt(step):R} at step {step}: {quantity.Rule}");
            return;
        }
    }

    private void CheckLength(Schedule schedule, RecipeNode node, string path)
    {
        var length = schedule.Length ?? time.TotalSteps;
        if (length < time.TotalSteps)
            warnings.Add(node.Place,
                $"{path} ends at step {length} and the run at step {time.TotalSteps}: the updates between have the value "
                + $"{schedule.ValueAt(length):G6}");
        if (length > time.TotalSteps && (schedule is not Sequence sequence || sequence.Begins[^1] < time.TotalSteps))
            warnings.Add(node.Place, $"{path} lasts {length} steps and the run {time.TotalSteps}: the rest is never used");
    }
}
