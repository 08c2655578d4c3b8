namespace Etalon.Workbench;

/// <summary>The folder that the command was started in, which somebody may have deleted since the shell went there.</summary>
internal static class CurrentFolder
{
    /// <summary>Whether it is no longer there, so that no relative path leads anywhere.</summary>
    public static bool IsGone => !Directory.Exists(".");

    /// <summary>The message, with its remedy.</summary>
    public static string Said => $"etalon: the folder that you are in{Name} is no longer there; go to another one with cd, and try again";

    // The system no longer knows it; the shell does. Where another folder was made in its place the name would mislead.
    private static string Name =>
        Environment.GetEnvironmentVariable("PWD") is { Length: > 0 } name && !Directory.Exists(name) ? $", {name}," : "";
}
