namespace Etalon.Lab.Training;

/// <summary>
/// What an object takes while it is made, freed last first. Where making it fails, all that was taken is freed; else <see cref="Release"/>
/// hands it to the object.
/// </summary>
internal sealed class DisposalList : IDisposable
{
    private Stack<IDisposable> _taken = [];

    /// <summary>Adds something to free.</summary>
    public TItem Add<TItem>(TItem item) where TItem : IDisposable
    {
        _taken.Push(item);
        return item;
    }

    /// <summary>A list with all that was added; this one frees nothing any more.</summary>
    public DisposalList Release()
    {
        var all = new DisposalList { _taken = _taken };
        _taken = [];
        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_taken.TryPop(out var item)) item.Dispose();
    }
}
