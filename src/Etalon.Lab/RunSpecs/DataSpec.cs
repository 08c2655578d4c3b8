namespace Etalon.Lab.RunSpecs;

/// <summary>The data of a recipe and how it is fed.</summary>
public sealed record DataSpec
{
    /// <summary>The data set: digits, mnist, fashion-mnist, cifar10 or cifar100.</summary>
    public required string Set
    {
        get;
        init => field = DataSetSize.ByName.ContainsKey(value)
            ? value
            : throw new ArgumentException($"must be one of {string.Join(", ", DataSetSize.ByName.Keys)}", nameof(Set));
    }

    /// <summary>The folder with the set's canonical files; null searches the usual places.</summary>
    public string? Folder { get; init; }

    /// <summary>Images an update.</summary>
    /// <value>At least 1; 128 by default.</value>
    public int Batch
    {
        get;
        init => field = Rule.AtLeast(value, 1, "the usual choice is 128");
    } = 128;

    /// <summary>What is done at random to each training image.</summary>
    /// <value>Nothing by default.</value>
    public Augmentation Augment { get; init; }

    /// <summary>Whether the last batch of an epoch is left out when it is not full.</summary>
    /// <value>False by default.</value>
    public bool DropLast { get; init; }

    /// <summary>Train on the first so many images only; null is all.</summary>
    public int? TrainLimit
    {
        get;
        init => field = value is null ? null : Rule.AtLeast(value.Value, 1, "leave it out to train on all images");
    }

    /// <summary>Test on the first so many images only; null is all.</summary>
    public int? TestLimit
    {
        get;
        init => field = value is null ? null : Rule.AtLeast(value.Value, 1, "leave it out to test on all images");
    }

    /// <summary>Images trained on in an epoch, before <see cref="DropLast"/>.</summary>
    public int TrainCount => Math.Min(TrainLimit ?? int.MaxValue, DataSetSize.ByName[Set].Train);

    /// <summary>Images tested on.</summary>
    public int TestCount => Math.Min(TestLimit ?? int.MaxValue, DataSetSize.ByName[Set].Test);

    /// <summary>Updates in an epoch: images / batch, rounded up, or down where the last batch is dropped.</summary>
    public long StepsPerEpoch => DropLast ? TrainCount / Batch : (TrainCount + (long)Batch - 1) / Batch;
}
