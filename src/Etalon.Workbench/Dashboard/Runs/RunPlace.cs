using Etalon.Lab;
using Etalon.Lab.Runs;

namespace Etalon.Workbench.Dashboard;

/// <summary>Keeps what is read inside the folder of all runs: a link in it may point anywhere.</summary>
internal static class RunPlace
{
    private static readonly string[] Files =
        [RunFolder.RecipeName, RunFolder.ResolvedName, RunFolder.MetricsName, RunFolder.ResultName, RunHolder.Name, "lock"];

    /// <summary>Whether a folder is a link.</summary>
    public static bool IsLink(string path) => new DirectoryInfo(path).LinkTarget is not null;

    /// <summary>Refuses a run one of whose files is a link.</summary>
    /// <exception cref="InputException">A file of the run is a link.</exception>
    public static void RequireInside(string run)
    {
        foreach (string name in Files)
            if (new FileInfo(Path.Combine(run, name)).LinkTarget is not null)
                throw new InputException($"{Path.Combine(run, name)} is a link, and the page follows none; put the file itself there");
    }
}
