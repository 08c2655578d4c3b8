using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>The parameters of one piece while it is read: <c>{from: 0, to: 0.1, for: 5ep}</c>.</summary>
internal sealed class PieceSection(SectionReader section, ScheduledQuantity quantity, ScheduleReader schedules, long begin, bool isLast)
{
    private readonly int problemsBefore = section.Problems.Count;

    /// <summary>What the schedule is of.</summary>
    public ScheduledQuantity Quantity => quantity;

    /// <summary>Durations to steps.</summary>
    public RecipeTime Time => schedules.Time;

    /// <summary>The step of the run at which the piece begins.</summary>
    public long Begin => begin;

    /// <summary>Whether this piece is the whole schedule.</summary>
    public bool IsWhole => begin == 0 && isLast;

    /// <summary>Reads schedules inside a piece, and keeps what a piece says of another quantity.</summary>
    public ScheduleReader Schedules => schedules;

    /// <summary>The keys.</summary>
    public SectionReader Section => section;

    /// <summary>Whether a key was written.</summary>
    public bool Has(string key) => section.Map.Find(key) is not null;

    /// <summary>A value of the schedule that must be written.</summary>
    public double Value(string key) => section.Need(key, 0.0, "write a number", quantity.Read);

    /// <summary>A value of the schedule that may be left out.</summary>
    public double Value(string key, double fallback) => section.Read(key, fallback, quantity.Read);

    /// <summary>A number that must be written.</summary>
    public double Number(string key) => section.Need(key, 0.0, "write a number", Etalon.Lab.Recipes.ScalarReader.Number);

    /// <summary>A number that may be left out.</summary>
    public double Number(string key, double fallback) => section.Read(key, fallback, Etalon.Lab.Recipes.ScalarReader.Number);

    /// <summary>True or false; false if it is left out.</summary>
    public bool Flag(string key) => section.Read(key, false, Etalon.Lab.Recipes.ScalarReader.Boolean);

    /// <summary>A word for a member of an enumeration.</summary>
    public T Choice<T>(string key, T fallback)
        where T : struct, Enum => section.Read(key, fallback, Etalon.Lab.Recipes.ScalarReader.Choice<T>);

    /// <summary>A duration in steps that must be written.</summary>
    public long Steps(string key, string example) => section.Need(key, 0L, $"write a duration such as {example}", Time.Steps);

    /// <summary>A duration in steps that may be left out.</summary>
    public long? Steps(string key) => section.Read(key, (long?)null, node => Time.Steps(node));

    /// <summary>A milestone: recipes count them from the start of the run, a piece from its own.</summary>
    public long Milestone(RecipeNode node)
    {
        var step = Time.Steps(node);
        return step >= begin
            ? step - begin
            : throw new ValueException(node,
            $"milestones count from the start of the run, and this piece begins at step {begin}; leave out those before it");
    }

    /// <summary>How many steps the piece lasts: <c>for</c>, which the last piece may leave out to last until the run ends.</summary>
    public long Length()
    {
        if (Steps("for") is { } written) return written;
        if (!Has("for") && !isLast) section.Missing("for", "every piece but the last says how long it lasts, as in for: 5ep");
        return Math.Max(0, Time.TotalSteps - begin);
    }

    /// <summary>
    /// The schedule that a combinator changes: its pieces count from 0, and its last needs a length unless the whole may go on.
    /// </summary>
    public Schedule? Inner(bool mayOmitLength) => schedules.Inner(section, "of", quantity, begin, mayOmitLength && isLast);

    /// <summary>Makes the piece if every parameter was fine; what its constructor refuses becomes a problem too.</summary>
    public Schedule? Build(Func<Schedule> make)
    {
        section.Close();
        if (section.Problems.Count > problemsBefore) return null;
        try
        {
            return make();
        }
        catch (ArgumentException e)
        {
            section.Problems.Add(section.Map.Place, $"{section.Path}: {SectionReader.RuleOf(e)}");
            return null;
        }
    }
}
