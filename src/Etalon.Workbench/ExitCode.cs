namespace Etalon.Workbench;

/// <summary>What a command tells the shell.</summary>
internal static class ExitCode
{
    public const int Done = 0;

    /// <summary>The work failed, or a check did not hold.</summary>
    public const int Failed = 1;

    /// <summary>Bad usage or bad input: a recipe, a file, an option.</summary>
    public const int BadInput = 2;

    /// <summary>The loss left the finite numbers.</summary>
    public const int Diverged = 3;

    /// <summary>Ctrl-C or a termination signal; the run can be resumed.</summary>
    public const int Interrupted = 130;
}
