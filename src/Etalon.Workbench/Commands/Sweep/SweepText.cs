using Etalon.Lab;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>A sweep in words: its trials, how they stand and what they cost.</summary>
internal static class SweepText
{
    /// <summary>A line for each trial, and their number.</summary>
    public static void WriteTrials(Sweep sweep, SweepFolder folder, TextWriter output)
    {
        // The console writes each text at once; thousands of lines cost as much as one.
        List<string> lines =
            [$"{sweep.Name}: {folder.Path}", $"{"trial",-16}  {"state",-11}  {"seed",6}  {"updates",9}  changes"];
        var states = folder.Trials.GetEnumerator();
        foreach (var configuration in sweep.Configurations)
        {
            foreach (var trial in configuration.Trials)
            {
                states.MoveNext();
                string state = Word(states.Current.Status);
                lines.Add($"{trial.Id}  {state,-11}  {trial.Recipe.Seed,6}  {trial.Recipe.TotalSteps,9:N0}  {configuration.Label}");
            }
        }
        output.WriteLine(string.Join(output.NewLine, lines));
        int trials = folder.Trials.Count, configurations = sweep.Configurations.Count;
        output.WriteLine(
            $"{Count(trials, "trial")}: {Count(configurations, "configuration")}, {Count(trials / configurations, "seed")} each");
        output.WriteLine(Counts(folder));
        if (NoLongerAskedFor(folder) is { } kept) output.WriteLine(kept);
    }

    /// <summary>Memory, and the time that is left; the first trial is trained for a moment to know it.</summary>
    public static void WriteCost(Sweep sweep, SweepFolder folder, SweepOptions options, TextWriter output)
    {
        output.WriteLine($"memory: at most {Math.Ceiling(TrialCost.MostMemory(sweep) / 1e6):N0} MB a trial, {options.Jobs} at a time");
        var left = folder.LeftToTrain(options);
        if (left.Count == 0)
        {
            output.WriteLine("time: none, nothing is left to train");
            return;
        }
        try
        {
            double perUpdate = TrialCost.SecondsPerUpdate(left[0].Trial.Recipe);
            double updates = sweep.Halving is { } halving
                ? halving.UpdatesOf(sweep.Configurations.Count, left[0].Trial.Recipe) * sweep.Configurations[0].Trials.Count
                    - folder.Trials.Sum(trial => (double)trial.Updates)
                : left.Sum(trial => (double)(trial.Trial.Recipe.TotalSteps - trial.Updates));
            updates = Math.Max(0, updates);
            var expected = TimeSpan.FromSeconds(perUpdate * updates / Math.Min(options.Jobs, left.Count));
            output.WriteLine($"time: about {Words(expected)} without evaluations, from {perUpdate * 1e3:G3} ms an update of one trial");
        }
        catch (InputException exception)
        {
            output.WriteLine($"time: not known, for a trial cannot be trained here: {exception.Problems[0]}");
        }
    }

    /// <summary>How many trials stand how, and a line for each that needs attention.</summary>
    public static void WriteStatus(SweepFolder folder, TextWriter output)
    {
        output.WriteLine($"{folder.Path}: {Counts(folder)}");
        double done = folder.Trials.Sum(trial => (double)trial.Updates),
            all = folder.Trials.Sum(trial => (double)trial.Trial.Recipe.TotalSteps);
        output.WriteLine($"{done:N0} of {all:N0} updates done");
        if (folder.Sweep.Halving is null && TimeLeft(folder) is { } left) output.WriteLine(left);
        foreach (string line in Rungs(folder)) output.WriteLine(line);
        // Those that halving stopped are counted above.
        var halving = folder.Halving;
        bool IsTold(TrialState trial) => trial.Status is not (TrialStatus.Pending or TrialStatus.Done)
            && !(trial.Status == TrialStatus.Interrupted && trial.Updates >= halving?.UntilOf(trial.Trial));
        foreach (var trial in folder.Trials.Where(IsTold))
            output.WriteLine(Line(trial));
        if (NoLongerAskedFor(folder) is { } kept) output.WriteLine(kept);
    }

    // How many configurations stand still at each rung.
    private static IEnumerable<string> Rungs(SweepFolder folder)
    {
        if (folder.Halving is not { } state) yield break;
        var sweep = folder.Sweep;
        foreach (long rung in sweep.Halving!.RungsOf(sweep.Configurations[0].Trials[0].Recipe))
        {
            int stopped = sweep.Configurations.Count(configuration => state.StoppedAfter(configuration) == rung);
            yield return $"halving: {stopped:N0} of {sweep.Configurations.Count:N0} configurations stopped after {rung:N0} updates";
        }
    }

    // From the speed of the trials that are done; null where none is, or nothing is left.
    private static string? TimeLeft(SweepFolder folder)
    {
        var done = folder.Trials.Where(trial => trial is { Status: TrialStatus.Done, Result: not null }).ToList();
        double left = folder.Trials.Where(trial => trial.Status is TrialStatus.Pending or TrialStatus.Running or TrialStatus.Interrupted)
            .Sum(trial => (double)(trial.Trial.Recipe.TotalSteps - trial.Updates));
        if (done.Count == 0 || left == 0) return null;
        double perUpdate = done.Sum(trial => trial.Result!.Seconds) / done.Sum(trial => (double)trial.Updates);
        int jobs = Math.Max(1, folder.Count(TrialStatus.Running));
        return $"about {Words(TimeSpan.FromSeconds(perUpdate * left / jobs))} left with {jobs} at a time, at the speed of those done";
    }

    /// <summary>"60 trials", "1 trial".</summary>
    public static string Count(long count, string what) => $"{count:N0} {what}{(count == 1 ? "" : "s")}";

    /// <summary>"60 trials: 50 done, 10 pending".</summary>
    public static string Counts(SweepFolder folder)
    {
        var counts = Enum.GetValues<TrialStatus>().Select(status => (Status: status, Count: folder.Count(status)))
            .Where(pair => pair.Count > 0);
        return $"{Count(folder.Trials.Count, "trial")}: {string.Join(", ", counts.Select(pair => $"{pair.Count:N0} {Word(pair.Status)}"))}";
    }

    /// <summary>What an earlier form of the sweep asked for; null for nothing.</summary>
    public static string? NoLongerAskedFor(SweepFolder folder) => folder.NoLongerAskedFor.Count == 0
        ? null
        : $"{folder.NoLongerAskedFor.Count:N0} runs in {folder.Path} are no longer asked for; they are kept, and are in no table: "
            + string.Join(' ', folder.NoLongerAskedFor.Take(5))
            + (folder.NoLongerAskedFor.Count > 5 ? " ..." : "");

    /// <summary>One trial in a line.</summary>
    public static string Line(TrialState trial)
    {
        string how = $"{trial.Trial.Id}  {Word(trial.Status),-11}  {trial.Updates,9:N0}/{trial.Trial.Recipe.TotalSteps:N0}";
        if (trial.Reason is { } reason) return $"{how}  {reason.ReplaceLineEndings(" ")}";
        return trial.Result?.TestAccuracy is { } accuracy ? $"{how}  test accuracy {accuracy:P2}" : how;
    }

    private static string Word(TrialStatus status) => status.ToString().ToLowerInvariant();

    private static string Words(TimeSpan time) =>
        time.TotalHours >= 1 ? $"{time.TotalHours:N1} h" : time.TotalMinutes >= 1 ? $"{time.TotalMinutes:N1} min"
            : $"{Math.Ceiling(time.TotalSeconds):N0} s";
}
