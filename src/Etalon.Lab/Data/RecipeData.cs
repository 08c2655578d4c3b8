namespace Etalon.Lab.Data;

/// <summary>From what a recipe says under <c>data</c> to the images that its network sees.</summary>
internal static class RecipeData
{
    /// <summary>Generates the data set or reads its files: what <see cref="Prepare"/> begins with, whole and unchanged.</summary>
    /// <exception cref="InputException">Its files are missing or not the published ones.</exception>
    public static DataSet Load(DataSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        if (spec.Text is { } text) return TextSet.Load(text, spec.DrawnTraining, spec.DrawnTest);
        if (spec.Patterns is not { } patterns) return DataCatalog.Load(spec.Set, spec.Folder);
        if (spec.Folder is { } folder)
            throw new InputException($"data.folder = {folder}: {spec.Set} is generated and is not read from a folder; remove the key");
        return PatternSet.Generate(patterns, spec.DrawnTraining, spec.DrawnTest, spec.Seed);
    }

    /// <summary>
    /// What the network trains and is tested on: of the classes that the recipe keeps so many images, in the size it asks for, with its
    /// patches and its wrong labels, in this order.
    /// </summary>
    /// <remarks>Patches follow the true classes, on both splits; only training labels become wrong.</remarks>
    /// <param name="spec">The recipe's data.</param>
    /// <param name="data">The data set, as <see cref="Load"/> gives it.</param>
    /// <exception cref="InputException">What is asked for is impossible on this data set.</exception>
    public static DataSet Prepare(DataSpec spec, DataSet data)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(data);
        if (!spec.Classes.IsEmpty) data = OfClasses(spec.Classes, data);
        data = data.Limit(spec.TrainLimit, spec.TestLimit);
        if (spec.FitTo is { } size) data = Fit(data, size);
        var (training, test) = (data.Training, data.Test);
        if (spec.Patches is { } patches)
        {
            training = Patches.Apply(training, data.Image, data.PixelMaximum, patches, spec.Seed, "training");
            test = Patches.Apply(test, data.Image, data.PixelMaximum, patches, spec.Seed, "test");
        }
        if (spec.LabelNoise is { } noise) training = LabelNoise.Apply(training, data.ClassCount, noise, spec.Seed);
        return training == data.Training && test == data.Test
            ? data : new(data.Name, data.Image, data.PixelMaximum, data.ClassNames, training, test);
    }

    private static DataSet OfClasses(IReadOnlyList<int> classes, DataSet data)
    {
        if (classes.Any(label => label >= data.ClassCount))
            throw new InputException(
                $"data.classes = [{string.Join(", ", classes.Select(label => $"{label}"))}]: {data.Name} has the classes 0 to "
                + $"{data.ClassCount - 1}; name some of them");
        if (data.Training.Labels.IndexOfAny([.. classes.Select(label => (byte)label)]) < 0)
            throw new InputException(
                $"data.classes = [{string.Join(", ", classes.Select(label => $"{label}"))}]: no training image of {data.Name} is of "
                + $"these classes; name others, or take more images with data.train");
        return data.OfClasses(classes);
    }

    private static DataSet Fit(DataSet data, ImageSize size)
    {
        if (ImageFit.FaultOf(data.Image, size) is { } fault)
            throw new InputException(
                $"data.image = {size}: {data.Name} has images of {data.Image}, and {fault}; write a size that holds them");
        int most = Array.MaxLength / size.Length;
        if (Math.Max(data.Training.Count, data.Test.Count) > most)
            throw new InputException(
                $"data.image = {size}: a split holds at most {most} images of that size; take fewer with data.train and data.test, or "
                + $"write a smaller size");
        return new(data.Name, size, data.PixelMaximum, data.ClassNames, ImageFit.Apply(data.Training, data.Image, size),
            ImageFit.Apply(data.Test, data.Image, size));
    }
}
