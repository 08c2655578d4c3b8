namespace Etalon.Lab.Files;

/// <summary>A folder that a user named for results. That it cannot be made is his to mend.</summary>
internal static class FolderToWrite
{
    /// <summary>Makes the folder where it is not there.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="remedy">What to do where it cannot be made.</param>
    /// <exception cref="InputException">It cannot be made.</exception>
    public static void Make(string path, string remedy) => Make(path, remedy, () => Directory.CreateDirectory(path));

    /// <summary>Makes the folder, or something in it, in a way of its own.</summary>
    /// <inheritdoc cref="Make(string, string)"/>
    public static void Make(string path, string remedy, Action make)
    {
        CurrentFolder.Require(path);
        try
        {
            make();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: this folder cannot be made or written ({Reason(path, exception)}); {remedy}");
        }
    }

    private static string Reason(string path, Exception exception)
    {
        for (string? above = Path.GetFullPath(path); above is not null; above = Path.GetDirectoryName(above))
            if (File.Exists(above)) return $"{above} is a file";
        return exception is UnauthorizedAccessException ? "no permission" : exception.Message.TrimEnd('.');
    }
}
