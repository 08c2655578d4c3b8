namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>Reads <c>data:</c>.</summary>
internal static class DataReader
{
    /// <summary>The data, or null after a problem without which nothing can be counted.</summary>
    public static DataSpec? Read(SectionReader section)
    {
        var spec = section.Need("set", (DataSpec?)null, $"write one of {string.Join(", ", DataSetSize.ByName.Keys)}", node => new DataSpec { Set = Set(node) });
        var isKnown = spec is not null;
        spec ??= new DataSpec { Set = "digits" };
        spec = section.Set(spec, "folder", Value.Text, (s, v) => s with { Folder = v });
        spec = section.Set(spec, "train", Value.Integer, (s, v) => s with { TrainLimit = isKnown ? Within(v, DataSetSize.ByName[s.Set].Train) : v });
        spec = section.Set(spec, "test", Value.Integer, (s, v) => s with { TestLimit = isKnown ? Within(v, DataSetSize.ByName[s.Set].Test) : v });
        spec = section.Set(spec, "batch", Value.Integer, (s, v) => s with { Batch = isKnown ? Batch(v, s.TrainCount) : v });
        spec = section.Set(spec, "augment", Value.Choice<Augmentation>, (s, v) => s with { Augment = v });
        spec = section.Set(spec, "drop_last", Value.Boolean, (s, v) => s with { DropLast = v });
        section.Close();
        if (spec.TrainCount >= spec.Batch) return isKnown ? spec : null;
        if (section.Map.Find("batch") is null)
            section.Problems.Add(section.Map.Place, $"{section.PathOf("batch")} is {spec.Batch} where none is written, more than the {spec.TrainCount} training images; write a smaller one");
        return null;
    }

    private static string Set(RecipeNode node)
    {
        var set = Value.Text(node);
        return !DataSetSize.ByName.ContainsKey(set) && Nearest.To(set, [.. DataSetSize.ByName.Keys]) is { } near
            ? throw new ValueException(node, $"no such data set; did you mean {near}?")
            : set;
    }

    private static int Within(int limit, int all) => limit <= all
        ? limit
        : throw new ArgumentOutOfRangeException(nameof(limit), $"must be at most {all}, all the images that there are; leave it out for all");

    private static int Batch(int batch, int images) => batch <= images
        ? batch
        : throw new ArgumentOutOfRangeException(nameof(batch), $"must be at most {images}, the training images of an epoch; the usual choice is 128");
}
