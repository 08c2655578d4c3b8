using Etalon.Lab.Diagnosis.Phases;

namespace Etalon.Lab.Diagnosis;

/// <summary>One question asked of a phase of a log.</summary>
/// <param name="id">Its number, such as D5.</param>
/// <param name="quantity">What it measures.</param>
/// <param name="limit">Its threshold, in words.</param>
internal abstract class Diagnostic(string id, string quantity, string limit)
{
    /// <summary>
    /// How many margins a deviation must have to be told from noise: 2, four standard errors, which by chance comes once in 16,000, since a
    /// log has some hundreds of groups and phases.
    /// </summary>
    protected const double Significant = 2;

    /// <summary>Its number.</summary>
    public string Id => id;

    /// <summary>What it measures.</summary>
    public string Quantity => quantity;

    /// <summary>Its threshold, in words.</summary>
    public string Limit => limit;

    /// <summary>The answers, one for each group that it speaks of.</summary>
    public abstract IEnumerable<Finding> Judge(LogPhase phase);

    /// <summary>An answer with a value still to be given.</summary>
    protected Finding Finding(LogPhase phase, string group, string says) =>
        new() { Id = id, Quantity = quantity, Limit = limit, Phase = phase.Number, Group = group, Says = says };
}
