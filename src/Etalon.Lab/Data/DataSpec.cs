using System.Collections.Immutable;

namespace Etalon.Lab.Data;

/// <summary>The data of a recipe and how it is fed.</summary>
public sealed record DataSpec
{
    /// <summary>The data set: digits, mnist, fashion-mnist, cifar10, cifar100, the generated ps10, or text.</summary>
    public required string Set
    {
        get;
        init => field = DataSetSize.ByName.ContainsKey(value)
            ? value
            : throw new ArgumentException($"must be one of {string.Join(", ", DataSetSize.ByName.Keys)}", nameof(Set));
    }

    /// <summary>The folder with the set's canonical files; null searches the usual places.</summary>
    public string? Folder { get; init; }

    /// <summary>
    /// The classes to keep, by their labels in the whole set; they are renumbered 0, 1, 2, ... as they stand here. Empty keeps all.
    /// </summary>
    /// <value>At least two labels, each once; empty by default.</value>
    public ImmutableArray<int> Classes
    {
        get;
        init => field = value.Length != 1 && value.All(label => label >= 0) && value.Distinct().Count() == value.Length
            ? value
            : throw new ArgumentException("must be at least two labels, each once, as in [0, 1, 2]; leave it out for all classes",
            nameof(Classes));
    } = [];

    /// <summary>
    /// The size that images are brought to, centered in black and with a gray channel repeated; null leaves them as they are.
    /// </summary>
    public ImageSize? FitTo { get; init; }

    /// <summary>Images an update; as many as there are for gradient descent on the full batch.</summary>
    /// <value>At least 1; 128 by default.</value>
    public int Batch
    {
        get;
        init => field = Require.AtLeast(value, 1, "the usual choice is 128");
    } = 128;

    /// <summary>What is done at random to each training image.</summary>
    /// <value>Nothing by default.</value>
    public Augmentation Augment { get; init; }

    /// <summary>Whether the last batch of an epoch is left out when it is not full.</summary>
    /// <value>False by default.</value>
    public bool DropLast { get; init; }

    /// <summary>
    /// Train on the first so many images of the classes only; null is all. Of a generated set: how many are drawn, of all classes.
    /// </summary>
    public int? TrainLimit
    {
        get;
        init => field = value is null ? null : Require.AtLeast(value.Value, 1, "leave it out to train on all images");
    }

    /// <summary>
    /// Test on the first so many images of the classes only; null is all. Of a generated set: how many are drawn, of all classes.
    /// </summary>
    public int? TestLimit
    {
        get;
        init => field = value is null ? null : Require.AtLeast(value.Value, 1, "leave it out to test on all images");
    }

    /// <summary>What generated images, wrong labels and patches are drawn from; the run's own seed does not change them.</summary>
    /// <value>1 by default.</value>
    public ulong Seed { get; init; } = 1;

    /// <summary>What the set ps10 shows; null for every other set.</summary>
    public PatternSpec? Patterns { get; init; }

    /// <summary>The text of the set text; null for every other set.</summary>
    internal TextSpec? Text { get; init; }

    /// <summary>Wrong labels of training images; null for none.</summary>
    public LabelNoiseSpec? LabelNoise { get; init; }

    /// <summary>Patches on some images; null for none.</summary>
    public PatchSpec? Patches { get; init; }

    /// <summary>Images trained on in an epoch, before <see cref="DropLast"/>.</summary>
    public int TrainCount => Math.Min(TrainLimit ?? int.MaxValue, Size.Train);

    /// <summary>Images tested on.</summary>
    public int TestCount => Math.Min(TestLimit ?? int.MaxValue, Size.Test);

    /// <summary>The size of each image.</summary>
    public ImageSize Image => FitTo ?? WholeImage;

    /// <summary>The size of each image before it is brought to another.</summary>
    internal ImageSize WholeImage => Patterns?.Image ?? Text?.Image ?? DataCatalog.Find(Set).Image;

    /// <summary>Whether its images are drawn, or cut from a text: as many as the recipe asks for.</summary>
    internal bool IsMade => Patterns is not null || Text is not null;

    /// <summary>Of a set that is made: training images, of all classes.</summary>
    internal int DrawnTraining => TrainLimit ?? (Text is null ? PatternSpec.DefaultTrainCount : TextSpec.DefaultTrainCount);

    /// <summary>Of a set that is made: test images, of all classes.</summary>
    internal int DrawnTest => TestLimit ?? (Text is null ? PatternSpec.DefaultTestCount : TextSpec.DefaultTestCount);

    // Of the classes, before the limits; a generated set has as many as are drawn.
    private DataSetSize Size => (Patterns, Classes) switch
    {
        _ when Text is not null => new(DrawnTraining, DrawnTest),
        (null, []) => DataSetSize.ByName[Set],
        (null, _) => DataCatalog.Find(Set).SizeOf(Classes),
        (_, []) => new(DrawnTraining, DrawnTest),
        _ => PatternSet.SizeOf(Classes, DrawnTraining, DrawnTest, Seed),
    };

    /// <summary>Images of the smallest batch that is trained on.</summary>
    internal int SmallestBatch => DropLast || TrainCount % Batch == 0 ? Batch : TrainCount % Batch;

    /// <summary>Updates in an epoch: images / batch, rounded up, or down where the last batch is dropped.</summary>
    public long StepsPerEpoch => DropLast ? TrainCount / Batch : (TrainCount + (long)Batch - 1) / Batch;
}

/// <summary>What is done at random to each training image of each epoch.</summary>
public enum Augmentation
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A crop from the image padded by 4 zeros on each side, then a horizontal flip with probability 1/2.</summary>
    CropFlip,

    /// <summary>The crop alone.</summary>
    Crop,

    /// <summary>The flip alone.</summary>
    Flip,
}
