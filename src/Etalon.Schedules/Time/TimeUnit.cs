namespace Etalon.Schedules;

/// <summary>What a <see cref="Duration"/> is counted in.</summary>
/// <example>
/// <code>
/// var run = new Timeline(stepsPerEpoch: 391, samplesPerStep: 128, totalSteps: 3910);
/// Console.WriteLine(run.StepsOf(new Duration(2, TimeUnit.Epochs))); // 782
/// Console.WriteLine(run.StepsOf(new Duration(500, TimeUnit.Batches))); // 500
/// Console.WriteLine(run.StepsOf(new Duration(1280, TimeUnit.Samples))); // 10
/// Console.WriteLine(run.StepsOf(new Duration(0.3m, TimeUnit.Run))); // 1173
/// </code>
/// </example>
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
