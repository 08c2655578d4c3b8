namespace Etalon.Lab.Diagnosis;

/// <summary>A way in which a schedule may have become another one.</summary>
/// <param name="Words">What would have happened, as a clause: "the scheduler steps once per batch".</param>
/// <param name="Formula">The same in numbers: "the log's rate at t is the recipe's at 200 t".</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Value">What the log would then have at an update.</param>
/// <param name="IsScalable">Whether it may stand together with a constant factor.</param>
internal sealed record Guess(string Words, string Formula, string Remedy, Func<double, double> Value, bool IsScalable = true)
{
    /// <summary>Whether nothing but the size differs, so that without a factor it is no guess.</summary>
    public bool IsOfSize { get; init; }
}

/// <summary>A guess held against a log.</summary>
/// <param name="Guess">The guess.</param>
/// <param name="Factor">The constant factor that fits best; 1 where none is needed.</param>
/// <param name="Residual">The mean difference of logarithms over the rows, each at most 1/2, so that a few rows that are quite different do not outweigh all others: 0.01 is a percent.</param>
/// <param name="Share">The share of rows that it fits to a percent.</param>
internal sealed record Fit(Guess Guess, double Factor, double Residual, double Share)
{
    /// <summary>Whether it explains the log: most rows fit, and far better than with no guess at all.</summary>
    public bool Explains { get; init; }
}
