namespace Etalon.Schedules;

/// <summary>What a <see cref="Duration"/> is counted in.</summary>
public enum TimeUnit
{
    /// <summary>Passes over the data, written <c>ep</c>.</summary>
    Epochs,

    /// <summary>Batches, each of them one update, written <c>ba</c> or <c>st</c>.</summary>
    Batches,

    /// <summary>Samples, written <c>sp</c>.</summary>
    Samples,

    /// <summary>The whole run, so that 0.3 is three tenths of it; written <c>dur</c>, or as a percentage.</summary>
    Run,
}
