using Etalon.Lab.Recipes;

namespace Etalon.Lab.Runs;

/// <summary>
/// The checkpoints that a run had at a moment, held open: it may be trained on, and clear them away, while they are read one after another.
/// </summary>
internal sealed class HeldCheckpoints : IDisposable
{
    private const int BufferSize = 1 << 12;

    private readonly SortedDictionary<long, FileStream> _files = [];
    private readonly string _run;
    private readonly Recipe _recipe;

    /// <summary>Opens all of them.</summary>
    /// <param name="run">The run's folder.</param>
    /// <param name="recipe">Its recipe.</param>
    public HeldCheckpoints(string run, Recipe recipe)
    {
        (_run, _recipe) = (run, recipe);
        var folder = new CheckpointFolder(run);
        while (!TryOpen(folder)) Dispose();
    }

    /// <summary>The updates after which there is one, ascending.</summary>
    public IReadOnlyCollection<long> Steps => _files.Keys;

    /// <summary>The checkpoint after so many updates.</summary>
    /// <exception cref="InputException">There was none, it is damaged, or that of another recipe.</exception>
    public Checkpoint Open(long step) => _files.TryGetValue(step, out var file)
        ? CheckpointChoice.Checked(Checkpoint.Of(file), _run, _recipe, step)
        : throw new InputException(
        $"{_run} has no checkpoint after update {step}; it has "
        + $"{(_files.Count > 0 ? string.Join(", ", _files.Keys.Reverse().Select(kept => $"{kept}")) : "none")}");

    private bool TryOpen(CheckpointFolder folder)
    {
        foreach (long step in folder.Steps())
        {
            try
            {
                _files.Add(step, RunFile.Open(folder.PathOf(step), BufferSize));
            }
            catch (FileNotFoundException)
            {
                // Cleared away since the folder was read: it has later ones now.
                return false;
            }
        }
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in _files.Values) file.Dispose();
        _files.Clear();
    }
}
