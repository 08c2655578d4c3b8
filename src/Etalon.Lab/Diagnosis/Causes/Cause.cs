namespace Etalon.Lab.Diagnosis;

/// <summary>One thing that can be wrong with a run, and how a log shows it.</summary>
internal abstract class Cause
{
    /// <summary>Looks for it, explains it away, and tells it; nothing where it is not there.</summary>
    public abstract IEnumerable<Flag> Find(Evidence evidence);

    /// <summary>The median of values, at least one of them.</summary>
    protected static double Median(IEnumerable<double> values)
    {
        double[] ordered = [.. values.Order()];
        return (ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2;
    }
}
