using Etalon.Lab.Data;

namespace Etalon.Lab.LinearProbes;

/// <summary>What features are probed on.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Data">Its images; the training split fits the probe, the test split tests it.</param>
internal sealed record ProbeTarget(string Name, DataSet Data)
{
    private const int FewestImages = 5;

    /// <summary>Reads a target's data.</summary>
    /// <param name="name">Its name in tables.</param>
    /// <param name="spec">The data, as a recipe has them; how they are fed is not read.</param>
    /// <exception cref="InputException">The files are missing, or what is asked for is impossible.</exception>
    public static ProbeTarget Load(string name, DataSpec spec) => new(name, RecipeData.Prepare(spec, RecipeData.Load(spec)));

    /// <summary>Refuses images that a network cannot read, and too few of them.</summary>
    /// <exception cref="InputException">They are such.</exception>
    internal void RequireReadable(string run, ImageSize source)
    {
        var own = Data.Image;
        if (own != source)
        {
            string remedy = ImageFit.FaultOf(own, source) is { } fault
                ? $"{fault}, so take another data set, or a run on images of at least that size"
                : $"data.image={source} centers them in black{(own.Channels == source.Channels ? "" : " and repeats the gray channel")}";
            throw new InputException($"{Name} has images of {own}, and the network of {run} reads {source}; {remedy}");
        }
        if (Data.Training.Count < FewestImages || Data.Test.Count == 0)
            throw new InputException(
                $"{Name} has {Data.Training.Count} training and {Data.Test.Count} test images; "
                + $"a probe needs at least {FewestImages} and 1");
    }
}
