namespace Etalon.Lab.Recipes;

/// <summary>What a schedule is of: its name in recipes and tables, and which values it may have.</summary>
internal sealed record ScheduledQuantity
{
    private ScheduledQuantity(string key, string column, double below, string rule) =>
        (Key, Column, Below, Rule) = (key, column, below, rule);

    public static ScheduledQuantity LearningRate { get; } =
        new("learning_rate", "lr", double.PositiveInfinity, "a rate is never negative; write 0 or more");

    public static ScheduledQuantity WeightDecay { get; } =
        new("weight_decay", "weight_decay", double.PositiveInfinity, "a weight decay is never negative; write 0 or more");

    public static ScheduledQuantity Momentum { get; } =
        new("momentum", "momentum", 1, "a momentum is at least 0 and below 1; the usual choice is 0.9");

    /// <summary>Its key in a recipe.</summary>
    public string Key { get; }

    /// <summary>Its column in a table of a schedule.</summary>
    public string Column { get; }

    /// <summary>All values are below this.</summary>
    public double Below { get; }

    /// <summary>The rule and the remedy.</summary>
    public string Rule { get; }

    /// <summary>Whether a value obeys the rule.</summary>
    public bool Allows(double value) => value >= 0 && value < Below;

    /// <summary>A value of this quantity.</summary>
    public double Read(RecipeNode node)
    {
        var value = ScalarReader.Number(node);
        return Allows(value) ? value : throw new ValueException(node, Rule);
    }
}
