using Etalon.Lab.Recipes;

namespace Etalon.Lab.Sweeps;

/// <summary>What a sweep asks of Slurm for each task; what is not asked for is the cluster's default.</summary>
internal sealed record SlurmSettings
{
    private const int MostCpus = 1024, MostAtOnce = 1_000_000, LongestWarning = 65_535, MostInTime = 1_000_000_000;

    /// <summary>The partition.</summary>
    public string? Partition { get; init; }

    /// <summary>The longest time of a task, in Slurm's form: 30, 4:00:00, 1-12.</summary>
    public string? Time { get; init; }

    /// <summary>The memory of a task, in Slurm's form: 2G.</summary>
    public string? Memory { get; init; }

    /// <summary>Processors of a task, each of which gets a thread.</summary>
    /// <value>From 1 to 1,024; 1 by default.</value>
    public int Cpus { get; init; } = 1;

    /// <summary>The features that a node must have.</summary>
    public string? Constraint { get; init; }

    /// <summary>The account that is charged.</summary>
    public string? Account { get; init; }

    /// <summary>How many tasks run at a time; null for as many as the cluster allows.</summary>
    public int? AtOnce { get; init; }

    /// <summary>How many seconds before its time limit a task is told to keep a checkpoint and line up again.</summary>
    /// <value>From 1 to 65,535; 90 by default.</value>
    public int Signal { get; init; } = 90;

    /// <summary>Further options of sbatch, a line each, as they stand after #SBATCH.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Reads the section <c>slurm</c> of a sweep.</summary>
    public static SlurmSettings Read(SectionReader section)
    {
        var settings = section.Set(new SlurmSettings(), "partition", Line, (s, v) => s with { Partition = v });
        settings = section.Set(settings, "time", Line, (s, v) => s with { Time = v });
        settings = section.Set(settings, "memory", Line, (s, v) => s with { Memory = v });
        settings = section.Set(settings, "cpus", node => Within(node, MostCpus), (s, v) => s with { Cpus = v });
        settings = section.Set(settings, "constraint", Line, (s, v) => s with { Constraint = v });
        settings = section.Set(settings, "account", Line, (s, v) => s with { Account = v });
        settings = section.Set(settings, "at_once", node => Within(node, MostAtOnce), (s, v) => s with { AtOnce = v });
        settings = section.Set(settings, "signal", node => Within(node, LongestWarning), (s, v) => s with { Signal = v });
        settings = section.Set(settings, "lines", node => ScalarReader.List(node, Line), (s, v) => s with { Lines = v });
        section.Close();
        return settings;
    }

    /// <summary>Refuses a limit that comes before the signal: each task would be told to stop as soon as it begins.</summary>
    /// <exception cref="InputException">It does.</exception>
    public void RequireTimeToTrain()
    {
        if (Time is null || SecondsOf(Time) is not { } limit || limit > Signal) return;
        throw new InputException(
            $"slurm.time = {Time} is {limit} s, and a task is told to stop {Signal} s before its limit (slurm.signal), so as soon as it "
            + "begins; give it more time (one number is minutes), or a smaller signal");
    }

    // MINUTES, MINUTES:SECONDS, HOURS:MINUTES:SECONDS, DAYS-HOURS and so on; null for what Slurm itself may judge, such as UNLIMITED.
    private static long? SecondsOf(string time)
    {
        string[] halves = time.Split('-');
        if (halves.Length > 2) return null;
        var parts = new List<long>();
        foreach (string text in halves[^1].Split(':'))
        {
            if (!NumberText.TryReadWhole(text, out long part, out _) || part is < 0 or > MostInTime) return null;
            parts.Add(part);
        }
        if (halves.Length == 1)
            return parts is [var minutes] ? 60 * minutes : parts is [var m, var s] ? 60 * m + s
                : parts is [var h, var min, var sec] ? 3600 * h + 60 * min + sec : null;
        if (parts.Count > 3 || !NumberText.TryReadWhole(halves[0], out long days, out _) || days is < 0 or > MostInTime) return null;
        parts.AddRange([0, 0]);
        return 86_400 * days + 3600 * parts[0] + 60 * parts[1] + parts[2];
    }

    // What stands in a line of a script may not begin another one.
    private static string Line(RecipeNode node)
    {
        string text = ScalarReader.Text(node);
        return text.Any(char.IsControl) ? throw new ValueException(node, "must be one line without tabs") : text;
    }

    private static int Within(RecipeNode node, int most)
    {
        int value = ScalarReader.Integer(node);
        return value >= 1 && value <= most ? value : throw new ValueException(node, $"must be from 1 to {most}");
    }
}
