using Etalon.Lab;
using Etalon.Lab.Sweeps;

namespace Etalon.Workbench.Commands;

/// <summary>A sweep's tasks in Slurm's queue, in words.</summary>
internal static class SlurmText
{
    /// <summary>A line for each job, with the reasons for which its tasks wait; nothing where none was ever submitted.</summary>
    public static void WriteStatus(SweepFolder folder, Sweep sweep, TextWriter output)
    {
        var submissions = SlurmSubmission.In(folder.Path, sweep.Name);
        if (submissions.Count == 0) return;
        IReadOnlyList<SlurmTask>? tasks;
        try
        {
            tasks = SlurmQueue.TasksOf(submissions);
        }
        catch (InputException refused)
        {
            // A controller that is down takes nothing from what the folders say.
            output.WriteLine($"slurm: {refused.Message}");
            return;
        }
        if (tasks is null)
        {
            output.WriteLine("slurm: tasks were submitted, and there is no squeue here to ask how they stand");
            return;
        }
        if (tasks.Count == 0) output.WriteLine("slurm: no task is in the queue");
        foreach (var job in tasks.GroupBy(task => task.Job))
        {
            var waiting = job.Where(task => !task.HasStarted).ToList();
            string started = string.Join(", ", job.Where(task => task.HasStarted).GroupBy(task => task.State)
                .Select(group => $"{group.Count():N0} {group.Key.ToLowerInvariant()}"));
            string reasons = string.Join(", ", waiting.GroupBy(task => task.Reason).OrderByDescending(group => group.Count())
                .Select(group => $"{group.Count():N0} for {group.Key}"));
            string[] parts = [started, waiting.Count == 0 ? "" : $"{waiting.Count:N0} waiting ({reasons})"];
            output.WriteLine($"slurm: job {job.Key}: {string.Join(", ", parts.Where(part => part.Length > 0))}");
        }
    }
}
