using Etalon.Lab;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>A sweep in words: its trials and what they cost.</summary>
internal static class SweepText
{
    /// <summary>A line for each trial, and their number.</summary>
    public static void WriteTrials(Sweep sweep, string runs, TextWriter output)
    {
        output.WriteLine($"{sweep.Name}: {Path.Combine(runs, sweep.Name)}");
        output.WriteLine($"{"trial",-16}  {"seed",6}  {"updates",9}  changes");
        foreach (var configuration in sweep.Configurations)
            foreach (var trial in configuration.Trials)
                output.WriteLine($"{trial.Id}  {trial.Recipe.Seed,6}  {trial.Recipe.TotalSteps,9:N0}  {configuration.Label}");
        int trials = sweep.Trials.Count();
        output.WriteLine($"{trials:N0} trials: {sweep.Configurations.Count:N0} configurations, {trials / sweep.Configurations.Count:N0} seeds each");
    }

    /// <summary>Memory and expected time; the first trial is trained for a moment to know it.</summary>
    public static void WriteCost(Sweep sweep, int jobs, TextWriter output)
    {
        output.WriteLine($"memory: at most {TrialCost.MostMemory(sweep) / 1e6:N0} MB a trial, {jobs} at a time");
        try
        {
            var first = sweep.Configurations[0].Trials[0].Recipe;
            double perUpdate = TrialCost.SecondsPerUpdate(first);
            var expected = TimeSpan.FromSeconds(perUpdate * sweep.Trials.Sum(trial => (double)trial.Recipe.TotalSteps) / jobs);
            output.WriteLine($"time: about {Words(expected)} without evaluations, from {perUpdate * 1e3:G3} ms an update of the first trial alone");
        }
        catch (InputException exception)
        {
            output.WriteLine($"time: not known, for the first trial cannot be trained here: {exception.Problems[0]}");
        }
    }

    private static string Words(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{time.TotalHours:N1} h" : time.TotalMinutes >= 1 ? $"{time.TotalMinutes:N1} min" : $"{Math.Ceiling(time.TotalSeconds):N0} s";
}
