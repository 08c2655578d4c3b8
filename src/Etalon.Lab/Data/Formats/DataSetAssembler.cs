namespace Etalon.Lab.Data;

/// <summary>A data set being put together from its canonical files, in any order of the files.</summary>
internal sealed class DataSetAssembler
{
    private readonly CatalogEntry _entry;
    private readonly byte[] _trainingPixels, _trainingLabels, _testPixels, _testLabels;
    private readonly HashSet<PublishedFile> _missing;

    internal DataSetAssembler(CatalogEntry entry)
    {
        _entry = entry;
        _trainingPixels = new byte[entry.TrainingCount * entry.Image.Length];
        _trainingLabels = new byte[entry.TrainingCount];
        _testPixels = new byte[entry.TestCount * entry.Image.Length];
        _testLabels = new byte[entry.TestCount];
        _missing = [.. entry.Files];
    }

    /// <summary>Takes over the content of one file.</summary>
    /// <param name="file">Which file.</param>
    /// <param name="bytes">Its uncompressed bytes, of the length that the file must have.</param>
    /// <param name="path">Where it is, for messages.</param>
    /// <exception cref="InputException">The bytes do not have the file's structure.</exception>
    internal void Add(PublishedFile file, byte[] bytes, string path)
    {
        var length = _entry.Image.Length;
        var pixels = (file.Tests ? _testPixels : _trainingPixels).AsSpan(file.First * length, file.Count * length);
        var labels = (file.Tests ? _testLabels : _trainingLabels).AsSpan(file.First, file.Count);
        switch (file.Content)
        {
            case FileContent.IdxImages:
                IdxFormat.Read(bytes, [file.Count, _entry.Image.Height, _entry.Image.Width], pixels, path);
                break;
            case FileContent.IdxLabels:
                IdxFormat.Read(bytes, [file.Count], labels, path);
                RequireLabels(labels, path);
                break;
            default:
                var coarse = file.Content == FileContent.CifarWithCoarseLabel ? new byte[file.Count] : [];
                CifarFormat.Read(bytes, _entry.Image, coarse, labels, pixels);
                RequireLabels(labels, path);
                if (coarse.Length > 0) CifarFormat.RequireHierarchy(coarse, labels, _entry.ClassCount, path);
                break;
        }
        _missing.Remove(file);
    }

    /// <summary>The data set, when all files are in.</summary>
    /// <param name="archive">The archive that they came from; null where each had a file of its own.</param>
    internal DataSet ToDataSet(string? archive) => _missing.Count == 0
        ? new(_entry.Name, _entry.Image, pixelMaximum: 255, _entry.ClassNames, new(_trainingPixels, _trainingLabels),
        new(_testPixels, _testLabels))
        : throw new InputException($"{archive} lacks {string.Join(", ", _missing.Select(file => file.Name))}. {_entry.Remedy}");

    private void RequireLabels(ReadOnlySpan<byte> labels, string path)
    {
        if (labels.IndexOfAnyExceptInRange((byte)0, (byte)(_entry.ClassCount - 1)) is var place and >= 0)
        {
            throw new InputException(
                $"{path}: image {place} has the label {labels[place]}, but the classes of {_entry.Name} are 0 to {_entry.ClassCount - 1}. "
                + _entry.Remedy);
        }
    }
}
