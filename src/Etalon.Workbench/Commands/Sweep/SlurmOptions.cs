using System.CommandLine;
using Etalon.Lab.Sweeps;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary>Where a sweep is trained, and what it asks of Slurm; an option counts before what the sweep's file says.</summary>
internal sealed class SlurmOptions
{
    private const string Local = "local", Slurm = "slurm";

    private readonly Option<string> _on = new("--on")
    {
        Description = "Where: on this machine, or as an array job of Slurm.",
        HelpName = $"{Local}|{Slurm}",
        DefaultValueFactory = _ => Local,
    };

    private readonly Option<int?> _atOnce = NumberOption.Integer(
        "--at-once", "N", "With slurm: tasks that run at a time; as many as the cluster allows unless given.",
        1, 1_000_000, "at least 1 task runs at a time");

    private readonly Option<int?> _cpus = NumberOption.Integer(
        "--cpus", "N", "With slurm: processors of a task, each with a thread; 1 unless given.", 1, 1024,
        "a task has at least 1 processor and at most 1024");

    private readonly Option<string?> _partition = Asked("--partition", "NAME", "the partition."),
        _time = Asked("--time", "LIMIT", "the longest time of a task, such as 4:00:00."),
        _memory = Asked("--memory", "SIZE", "the memory of a task, such as 2G."),
        _constraint = Asked("--constraint", "FEATURES", "what a node must have."),
        _account = Asked("--account", "NAME", "the account that is charged.");

    private readonly Option<string[]> _lines = new("--sbatch")
    {
        Description = "With slurm: a further option of sbatch, such as --qos=long; may be given again.",
        HelpName = "OPTION",
        AllowMultipleArgumentsPerToken = false,
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds all of them.</summary>
    public void AddTo(Command command)
    {
        _on.AcceptOnlyFromAmong(Local, Slurm);
        _lines.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Any(char.IsControl))) result.AddError("--sbatch: must be one line without tabs");
        });
        foreach (var option in (ReadOnlySpan<Option>)[_on, _atOnce, _partition, _time, _memory, _cpus, _constraint, _account, _lines])
            command.Options.Add(option);
    }

    /// <summary>Whether Slurm is asked for.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_on) == Slurm;

    /// <summary>What the sweep's file says, and over it what the command line says.</summary>
    public SlurmSettings Over(SlurmSettings settings, ParseResult parsed) => settings with
    {
        AtOnce = parsed.GetValue(_atOnce) ?? settings.AtOnce,
        Partition = parsed.GetValue(_partition) ?? settings.Partition,
        Time = parsed.GetValue(_time) ?? settings.Time,
        Memory = parsed.GetValue(_memory) ?? settings.Memory,
        Cpus = parsed.GetValue(_cpus) ?? settings.Cpus,
        Constraint = parsed.GetValue(_constraint) ?? settings.Constraint,
        Account = parsed.GetValue(_account) ?? settings.Account,
        Lines = [.. settings.Lines, .. parsed.GetValue(_lines) ?? []],
    };

    private static Option<string?> Asked(string name, string word, string description)
    {
        var option = new Option<string?>(name) { Description = $"With slurm: {description}", HelpName = word };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => token.Value.Length == 0 || token.Value.Any(char.IsControl)))
                result.AddError($"{name}: must be one line, without tabs and not empty");
        });
        return option;
    }
}
