using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.LinearProbes;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.LinearProbes;

/// <summary>Features of digits 6 to 9 by a network for digits 0 to 5, trained for three epochs or not at all.</summary>
internal static class DigitFeatures
{
    public static readonly DataSet Digits = DataCatalog.Load("digits");

    private const string Recipe =
        "duration: 3ep\ndata: {set: digits, classes: [0, 1, 2, 3, 4, 5], batch: 64}\nmodel: {name: cnn, width: 2}\nlearning_rate: "
        + "0.1\nmomentum: 0.9";

    public static Trainer<T> Trainer<T>(params string[] changes) where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var trainer = new Trainer<T>(RecipeReader.Read(Recipe, overrides: changes).Recipe, Digits, threads: 1);
        trainer.Run(NullObserver.Instance, TestContext.Current.CancellationToken);
        return trainer;
    }

    /// <summary>Standardized features of the first training images.</summary>
    public static FeatureTable Of(bool isTrained, int images = 200)
    {
        using var trainer = isTrained ? Trainer<double>() : new Trainer<double>(RecipeReader.Read(Recipe).Recipe, Digits, threads: 1);
        var target = Digits.OfClasses([6, 7, 8, 9]).Limit(images, null);
        return Standardized(trainer.Network, target, target.Training);
    }

    private static FeatureTable Standardized(Network<double> network, DataSet data, Split split)
    {
        var features = FeatureReader.Read(network, data, split, TestContext.Current.CancellationToken);
        return FeatureScale.Of(features).Apply(features);
    }
}
