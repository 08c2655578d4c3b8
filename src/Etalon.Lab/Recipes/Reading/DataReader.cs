using System.Collections.Immutable;
using System.Globalization;
using Etalon.Lab.Data;

namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>data:</c>.</summary>
internal static class DataReader
{
    // Far above any image here, and three of them still multiply in 32 bits.
    private const int LargestSide = 512;

    // What only images have.
    private static readonly string[] OfImages = ["folder", "classes", "augment", "image", "label_noise", "patches", "patterns", "seed"];

    /// <summary>The data, or null after a problem without which nothing can be counted.</summary>
    /// <param name="section">The part of the recipe.</param>
    /// <param name="directory">Where the recipe lies: where a text's file is looked for.</param>
    public static DataSpec? Read(SectionReader section, string directory)
    {
        var spec = section.Need("set", (DataSpec?)null, $"write one of {string.Join(", ", DataSetSize.ByName.Keys)}",
            Known);
        var isKnown = spec is not null;
        spec ??= new DataSpec { Set = "digits" };
        if (spec.Set == DataCatalog.PatternSetName) spec = spec with { Patterns = new PatternSpec() };
        if (spec.Set == TextSet.Name) spec = spec with { Text = new TextSpec() };
        spec = ReadText(section, spec, isKnown, directory);
        spec = section.Set(spec, "folder", ScalarReader.Text, (s, v) => s with { Folder = v });
        spec = section.Set(spec, "classes", node => ScalarReader.List(node, ScalarReader.Integer),
            (s, v) => s with { Classes = isKnown ? Classes([.. v], s.Set) : [] });
        // Decides how many images of a generated set are of the classes.
        spec = section.Set(spec, "seed", ScalarReader.Seed, (s, v) => s with { Seed = v });
        var all = spec;
        spec = section.Set(spec, "train", ScalarReader.Integer,
            (s, v) => s with { TrainLimit = isKnown ? Within(v, s, all.TrainCount) : v });
        spec = section.Set(spec, "test", ScalarReader.Integer, (s, v) => s with { TestLimit = isKnown ? Within(v, s, all.TestCount) : v });
        spec = section.Set(spec, "batch", Batch, (s, v) => s with { Batch = isKnown ? Within(v, s.TrainCount) : v ?? s.Batch });
        spec = section.Set(spec, "augment", ScalarReader.Choice<Augmentation>, (s, v) => s with { Augment = v });
        spec = section.Set(spec, "drop_last", ScalarReader.Boolean, (s, v) => s with { DropLast = v });
        spec = ReadChanges(section, spec, isKnown);
        section.Close();
        if (spec.TrainCount >= spec.Batch) return isKnown ? spec : null;
        if (section.Map.Find("batch") is null)
            section.Problems.Add(section.Map.Place,
                $"{section.PathOf("batch")} is {spec.Batch} where none is written, more than the {spec.TrainCount} training images; "
                + $"write a smaller one");
        return null;
    }

    private static DataSpec ReadText(SectionReader section, DataSpec spec, bool isKnown, string directory)
    {
        if (spec.Text is not { } text)
        {
            foreach (string key in (string[])["file", "context"])
                if (section.TakeMisplaced(key) is { } node && isKnown)
                    section.Problems.Add(node, section.PathOf(key), $"only the set {TextSet.Name} has it; remove the key, or write set: "
                        + $"{TextSet.Name}");
            return spec;
        }
        foreach (string key in OfImages)
            if (section.Map.Find(key) is { } entry)
                section.Problems.Add(entry.Value, section.PathOf(key), "only sets of images have it, and this is a text; remove the key");
        text = section.Set(text, "file", ScalarReader.Text, (s, v) => s with { File = Path.GetFullPath(Path.Combine(directory, v)) });
        text = section.Set(text, "context", ScalarReader.Integer, (s, v) => s with { Context = v });
        return spec with { Text = text };
    }

    private static DataSpec ReadChanges(SectionReader section, DataSpec spec, bool isKnown)
    {
        if (Inner(section, "patterns") is { } patterns)
        {
            var read = Patterns(patterns);
            if (spec.Patterns is not null) spec = spec with { Patterns = read };
            else if (isKnown)
                section.Problems.Add(patterns.Map.Place,
                    $"{patterns.Path}: only the set {DataCatalog.PatternSetName} is made of patterns; remove the key, or write set: "
                    + $"{DataCatalog.PatternSetName}");
        }
        spec = section.Set(spec, "image", Size, (s, v) => s with { FitTo = isKnown ? Fitting(v, s.WholeImage) : v });
        if (Inner(section, "label_noise") is { } noise) spec = spec with { LabelNoise = LabelNoise(noise) };
        if (Inner(section, "patches") is { } patches)
            spec = spec with { Patches = Patches(patches, isKnown ? spec.Image : new(int.MaxValue, int.MaxValue, 1)) };
        return spec;
    }

    private static PatternSpec Patterns(SectionReader section)
    {
        var spec = section.Set(new PatternSpec(), "kind", ScalarReader.Choice<PatternKind>, (s, v) => s with { Kind = v });
        spec = section.Set(spec, "sigma", ScalarReader.Number, (s, v) => s with { Sigma = v });
        spec = section.Set(spec, "noise", ScalarReader.Number, (s, v) => s with { Noise = v });
        spec = section.Set(spec, "simple", ScalarReader.Integer, (s, v) => s with { Simple = v });
        spec = section.Set(spec, "complex", ScalarReader.Integer, (s, v) => s with { Complex = v });
        section.Close();
        return spec;
    }

    private static LabelNoiseSpec LabelNoise(SectionReader section)
    {
        var spec = section.Need("fraction", new LabelNoiseSpec { Fraction = 0 },
            "write the share of training labels to draw anew, as in 0.2",
            node => new LabelNoiseSpec { Fraction = ScalarReader.Number(node) });
        spec = section.Set(spec, "kind", ScalarReader.Choice<LabelNoiseKind>, (s, v) => s with { Kind = v });
        section.Close();
        return spec;
    }

    private static PatchSpec Patches(SectionReader section, ImageSize image)
    {
        var spec = section.Need("fraction", new PatchSpec { Fraction = 0 }, "write the share of images with a patch, as in 0.5",
            node => new PatchSpec { Fraction = ScalarReader.Number(node) });
        spec = section.Set(spec, "size", ScalarReader.Integer, (s, v) => s with { Size = Patch(v, image) });
        section.Close();
        return spec;
    }

    private static SectionReader? Inner(SectionReader section, string key) =>
        section.Take(key) is { } node ? SectionReader.Open(node, section.PathOf(key), section.Problems) : null;

    private static DataSpec Known(RecipeNode node)
    {
        try
        {
            return new DataSpec { Set = Set(node) };
        }
        catch (ArgumentException exception)
        {
            throw new ValueException(node, SectionReader.RuleOf(exception))
            {
                Candidates = new(CandidateKind.Value, [.. DataSetSize.ByName.Keys]),
            };
        }
    }

    private static string Set(RecipeNode node)
    {
        var set = ScalarReader.Text(node);
        return !DataSetSize.ByName.ContainsKey(set) && Suggestion.To(set, [.. DataSetSize.ByName.Keys]) is { } near
            ? throw new ValueException(node, $"no such data set; did you mean {near}?")
            : set;
    }

    private static ImmutableArray<int> Classes(ImmutableArray<int> labels, string set) =>
        DataCatalog.Find(set) is var entry && labels.All(label => label < entry.ClassCount)
        ? labels
        : throw new ArgumentException($"{set} has the classes 0 to {entry.ClassCount - 1}; name some of them, as in [0, 1, 2]",
        nameof(labels));

    private static ImageSize Size(RecipeNode node) => ScalarReader.Text(node).Split('x') is [var height, var width, var channels]
        && Side(height) is { } rows && Side(width) is { } columns && Side(channels) is { } numbers
        ? new ImageSize(rows, columns, numbers)
        : throw new ValueException(node, $"must be height x width x channels, each at most {LargestSide}, as in 32x32x3");

    private static int? Side(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is >= 1 and <= LargestSide ? side : null;

    private static ImageSize Fitting(ImageSize size, ImageSize images) => ImageFit.FaultOf(images, size) is { } fault
        ? throw new ArgumentException($"the images have {images}, and {fault}; write a size that holds them", nameof(size))
        : size;

    private static int Within(int limit, DataSpec spec, int all)
    {
        if (spec.Text is not null)
            return limit <= TextSpec.MostWindows
                ? limit : throw new ArgumentOutOfRangeException(nameof(limit),
                $"must be at most {TextSpec.MostWindows} windows; the usual choice is {TextSpec.DefaultTrainCount}");
        if (spec.Patterns is null)
            return limit <= all
                ? limit : throw new ArgumentOutOfRangeException(nameof(limit),
                $"must be at most {all}, all the images that there are; leave it out for all");
        return limit <= PatternSpec.MostImages
            ? limit : throw new ArgumentOutOfRangeException(nameof(limit),
            $"must be at most {PatternSpec.MostImages} images; the usual choice is 10000");
    }

    // Null is the full batch.
    private static int? Batch(RecipeNode node) =>
        node is not RecipeScalar { IsQuoted: false } word || word.IsNull || !word.Text.All(char.IsAsciiLetter) ? ScalarReader.Integer(node)
        : word.Text == "full" ? null
        : throw new ValueException(node, "must be a whole number of images such as 128, or full for all of them");

    private static int Within(int? batch, int images) => batch is null || batch <= images
        ? batch ?? images
        : throw new ArgumentOutOfRangeException(nameof(batch),
        $"must be at most {images}, the training images of an epoch, or full; the usual choice is 128");

    private static int Patch(int size, ImageSize image) => size <= Math.Min(image.Height, image.Width)
        ? size
        : throw new ArgumentOutOfRangeException(nameof(size),
        $"must be at most {Math.Min(image.Height, image.Width)}, for the images have {image.Height}x{image.Width} pixels; 5 is a good "
        + $"choice");
}
