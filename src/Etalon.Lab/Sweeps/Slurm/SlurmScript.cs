
namespace Etalon.Lab.Sweeps;

/// <summary>
/// The script of an array job. Before the time limit Slurm sends SIGTERM: etalon keeps a checkpoint and ends with 130, and the script
/// puts this task, and no other of the array, back into the queue. Slurm calls its state SIGNALING then; where Slurm itself ends the
/// task, to requeue or to cancel it, it is COMPLETING, and the script leaves it to Slurm.
/// </summary>
internal static class SlurmScript
{
    private const int Interrupted = 130;

    /// <summary>The script as text.</summary>
    /// <param name="submission">The tasks.</param>
    /// <param name="settings">What is asked of Slurm.</param>
    /// <param name="etalon">The words that start etalon; paths are absolute.</param>
    /// <param name="words">What stands after it, but for the number of the task.</param>
    public static string Of(SlurmSubmission submission, SlurmSettings settings, IReadOnlyList<string> etalon, IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(submission);
        ArgumentNullException.ThrowIfNull(settings);
        string limit = settings.AtOnce is { } atOnce ? $"%{atOnce}" : "";
        List<string?> lines =
        [
            "#!/bin/bash",
            $"# Written by etalon: trials of the sweep {submission.Sweep}, a line for each task in {Path.GetFileName(submission.List)}.",
            $"#SBATCH --job-name={submission.JobName}",
            $"#SBATCH --array=0-{submission.Tasks.Count - 1}{limit}",
            $"#SBATCH --output={InQuotes(PatternOf(submission))}",
            "#SBATCH --open-mode=append",
            "#SBATCH --requeue",
            $"#SBATCH --signal=B:TERM@{settings.Signal}",
            $"#SBATCH --cpus-per-task={settings.Cpus}",
            Asked("partition", settings.Partition),
            Asked("time", settings.Time),
            Asked("mem", settings.Memory),
            Asked("constraint", settings.Constraint),
            Asked("account", settings.Account),
            .. settings.Lines.Select(line => $"#SBATCH {line}"),
            "",
            "task=\"${SLURM_ARRAY_JOB_ID}_${SLURM_ARRAY_TASK_ID}\"",
            "trap 'echo \"$task is told to stop\"; [ -n \"$etalon\" ] && kill -TERM \"$etalon\" 2>/dev/null' TERM",
            $"{string.Join(' ', etalon.Concat(words).Select(Word))} --task \"$SLURM_ARRAY_TASK_ID\" &",
            "etalon=$!",
            "# A signal ends wait, not what it waits for.",
            "wait \"$etalon\"; code=$?",
            "while kill -0 \"$etalon\" 2>/dev/null; do wait \"$etalon\"; code=$?; done",
            $"if [ \"$code\" -eq {Interrupted} ] && scontrol show job \"$task\" | grep -Eq 'JobState=(RUNNING|SIGNALING)'; then",
            "    echo \"$task is put back into the queue\"",
            "    scontrol requeue \"$task\"",
            "fi",
            "exit \"$code\"",
        ];
        return string.Concat(lines.OfType<string>().Select(line => $"{line}\n"));
    }

    private static string? Asked(string option, string? value) => value is null ? null : $"#SBATCH --{option}={InQuotes(value)}";

    // Slurm puts things in place of % and a letter; %% is the sign itself.
    private static string PatternOf(SlurmSubmission submission) => Path.GetFullPath(
        submission.Log[..^"%a.log".Length]).Replace("%", "%%", StringComparison.Ordinal) + "%a.log";

    private static string InQuotes(string value) => value.All(IsPlain)
        ? value : $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    // As bash reads it: nothing is special between single quotes.
    private static string Word(string value) =>
        value.Length > 0 && value.All(IsPlain) ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsPlain(char c) => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_' or ':' or '%' or '=' or ',' or '+';
}
