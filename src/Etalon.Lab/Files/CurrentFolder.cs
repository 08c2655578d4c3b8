namespace Etalon.Lab.Files;

/// <summary>The folder that the command was started in, which somebody may have deleted since the shell went there.</summary>
internal static class CurrentFolder
{
    /// <summary>Whether it is no longer there, so that no relative path leads anywhere.</summary>
    public static bool IsGone => !Directory.Exists(".");

    /// <summary>Looks for the cause first, where something is looked for at a path that counts from this folder.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="DirectoryNotFoundException">The path is relative, and the folder is no longer there.</exception>
    public static void Require(string path)
    {
        if (!Path.IsPathRooted(path) && IsGone) throw new DirectoryNotFoundException(Said);
    }

    /// <summary>The message, with its remedy.</summary>
    public static string Said => $"the folder that you are in{Name} is no longer there; go to another one with cd, and try again";

    // The system no longer knows it; the shell does. Where another folder was made in its place the name would mislead.
    private static string Name =>
        Environment.GetEnvironmentVariable("PWD") is { Length: > 0 } name && !Directory.Exists(name) ? $", {name}," : "";
}
