namespace Etalon.Lab.Numerics;

/// <summary>A number measured on independent replicas.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="StandardError">Its standard deviation, were the experiment repeated with other seeds; 0 for what does not vary.</param>
internal readonly record struct Estimate(double Value, double StandardError)
{
    private const int Parts = 20;

    /// <summary>
    /// Any statistic of replicas, with its standard error by the jackknife: the replicas are dealt into 20 parts, and the statistic is
    /// taken without each of them (Quenouille 1956, Tukey 1958).
    /// </summary>
    /// <param name="replicas">How many there are, at least 2.</param>
    /// <param name="statistic">The statistic of the replicas with these numbers.</param>
    public static Estimate Jackknife(int replicas, Func<int[], double> statistic)
    {
        ArgumentNullException.ThrowIfNull(statistic);
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 2);
        int[] all = [.. Enumerable.Range(0, replicas)];
        int parts = Math.Min(Parts, replicas);
        double[] without = [.. Enumerable.Range(0, parts).Select(part => statistic([.. all.Where(replica => replica % parts != part)]))];
        double mean = without.Average();
        return new(statistic(all), Math.Sqrt((parts - 1.0) / parts * without.Sum(value => (value - mean) * (value - mean))));
    }

    /// <summary>A function of the mean of one number of each replica.</summary>
    /// <param name="values">The numbers, at least 2.</param>
    /// <param name="function">What is wanted of the mean. Default: the mean itself.</param>
    public static Estimate OfMean(IReadOnlyList<double> values, Func<double, double>? function = null)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Jackknife(values.Count, replicas =>
        {
            double mean = replicas.Average(replica => values[replica]);
            return function is null ? mean : function(mean);
        });
    }
}
