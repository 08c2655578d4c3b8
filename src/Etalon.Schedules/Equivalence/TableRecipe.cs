namespace Etalon.Schedules.Equivalence;

/// <summary>The way back from a table to a recipe of schedules.</summary>
public static class TableRecipe
{
    /// <summary>
    /// The recipe whose schedules give the numbers of a table: a constant where they do not change, otherwise a table, that of the rate in
    /// logarithms, with constants of 0 between.
    /// </summary>
    /// <exception cref="EquivalenceException">
    /// The table starts after step 0, has a look-ahead other than the momentum, a negative decay, or a momentum of 1 or more: no recipe says that.
    /// A trainer can still read the table itself.
    /// </exception>
    public static Recipe ToRecipe(this RecipeTable table)
    {
        ArgumentNullException.ThrowIfNull(table);
        Check(table);
        var numbers = table.Steps.ToArray();
        return new Recipe(Rate([.. numbers.Select(step => step.LogRate)]), Values([.. numbers.Select(step => step.WeightDecay)]), Values([.. numbers.Select(step => step.Momentum)]), table.End)
        {
            StepsPerEpoch = table.StepsPerEpoch,
            Dampening = table.Rule.Dampening,
            Nesterov = table.Rule.Nesterov,
            Decay = table.Rule.Decay,
        };
    }

    private static void Check(RecipeTable table)
    {
        const string remedy = "take the numbers of each step from the table";
        if (table.FirstStep > 0) throw new EquivalenceException("a recipe describes a run from step 0, and this table goes on from a checkpoint", remedy, table.FirstStep);
        for (var step = 0; step < table.Count; step++)
        {
            var (_, decay, momentum, lookAhead) = table.Steps[step];
            if (table.Rule.Nesterov && lookAhead != momentum)
                throw new EquivalenceException($"the look-ahead {lookAhead:R} differs from the momentum {momentum:R}, which a recipe cannot say", remedy, step);
            if (decay < 0) throw new EquivalenceException($"the weight decay {decay:R} is negative, which a recipe cannot say", remedy, step);
            if (momentum >= 1) throw new EquivalenceException($"the momentum {momentum:R} is not less than 1, which a recipe cannot say", remedy, step);
        }
    }

    private static Schedule Values(double[] values) =>
        values.Length == 0 ? new Constant(0) : Array.TrueForAll(values, value => value == values[0]) ? new Constant(values[0]) : new Table(values);

    private static Schedule Rate(double[] logs)
    {
        var pieces = new List<Schedule>();
        for (int begin = 0, end; begin < logs.Length; begin = end)
        {
            var isZero = double.IsNegativeInfinity(logs[begin]);
            end = begin + 1;
            while (end < logs.Length && double.IsNegativeInfinity(logs[end]) == isZero) end++;
            pieces.Add(isZero ? new Constant(0, end - begin) : new Table(logs[begin..end], logarithmic: true));
        }
        return pieces.Count switch { 0 => new Constant(0), 1 => pieces[0], _ => new Sequence(pieces) };
    }
}
