using Etalon.Lab.Sweeps;
using Etalon.Lab.Tests.Runs;

namespace Etalon.Lab.Tests.Sweeps;

public sealed class SlurmSubmissionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // A trial has 28 updates.
    [Theory]
    [InlineData(7, 1.0, new[] { 3, 3, 1 })]
    [InlineData(3, 60.0, new[] { 1, 1, 1 })]
    [InlineData(5, 0.001, new[] { 5 })]
    public void Trials_shorter_than_a_minute_share_a_task_as_many_as_fill_one(int trials, double secondsPerUpdate, int[] tasks) =>
        Assert.Equal(tasks, Dealt(trials, secondsPerUpdate).Tasks.Select(task => task.Count));

    [Fact]
    public void Where_the_time_is_not_known_each_trial_is_a_task_up_to_the_most_that_an_array_has()
    {
        Assert.Equal(7, Dealt(7, null).Tasks.Count);
        Assert.Equal(834, Dealt(2500, null).Tasks.Count);
    }

    [Fact]
    public void Every_trial_is_in_one_task_and_the_list_is_read_back_as_it_was_written()
    {
        var submission = Dealt(7, 1.0);
        var made = submission.Write("#!/bin/bash\n");
        var read = Assert.Single(SlurmSubmission.In(submission.Folder, "sweep"));
        Assert.Equal(submission.JobName, read.JobName);
        Assert.Equal(submission.Tasks, read.Tasks);
        Assert.Equal(7, read.Tasks.SelectMany(task => task).Distinct().Count());
        // What never came into the queue leaves nothing behind.
        submission.Delete(made);
        Assert.False(Directory.Exists(Path.Combine(_folder.Path, "runs")));
    }

    [Fact]
    public void What_never_came_into_the_queue_leaves_folders_that_others_use_or_that_were_there()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder.Path, "runs", "sweep")).FullName;
        var submission = Dealt(7, 1.0);
        submission.Delete(submission.Write("#!/bin/bash\n"));
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        var made = submission.Write("#!/bin/bash\n");
        string log = Path.Combine(folder, SlurmSubmission.FolderName, "log");
        File.WriteAllText(log, "");
        submission.Delete(made);
        Assert.Equal([log], Directory.GetFiles(folder, "*", SearchOption.AllDirectories));
    }

    private SlurmSubmission Dealt(int trials, double? secondsPerUpdate)
    {
        SmallRun.WriteRecipe(_folder.Path);
        var sweep = SweepReader.Read($"recipe: small.yaml\nseeds: {trials}\n", Path.Combine(_folder.Path, "sweep.yaml"));
        var folder = SweepFolder.Of(sweep, Path.Combine(_folder.Path, "runs"));
        return SlurmSubmission.Of(folder.Path, sweep.Name, folder.Trials, _ => secondsPerUpdate);
    }
}
