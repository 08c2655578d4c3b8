using Etalon.Lab.Files;

namespace Etalon.Lab.Runs;

/// <summary>The files of a run, and of the run that it was forked from. Others may lie in its folder, such as pictures of it.</summary>
internal static class RunInputs
{
    private static readonly string[] Names =
    [
        RunFolder.RecipeName, RunFolder.ResolvedName, RunFolder.MetricsName, RunFolder.ResultName, RunLock.Name, RunHolder.Name,
        CheckpointFolder.Name,
    ];

    /// <summary>Those of a run, whether they are there yet or not.</summary>
    /// <param name="run">Its folder.</param>
    public static IEnumerable<InputFile> Of(string run)
    {
        IEnumerable<InputFile> own = Names.Select(name => new InputFile(Path.Combine(run, name), "a file of the run"));
        return ParentOf(run) is { } parent
            ? [.. own, .. Names.Select(name => new InputFile(Path.Combine(parent, name), "a file of the run's parent"))]
            : own;
    }

    // A damaged file is for those to refuse who need what it says.
    private static string? ParentOf(string run)
    {
        try
        {
            return (string?)RunFile.Object(Path.Combine(run, RunFolder.ResolvedName))["parent"]?["run"];
        }
        catch (Exception exception) when (exception is InputException or IOException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            return null;
        }
    }
}
