using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Training;

/// <summary>
/// Batch normalization of one image: of one number for a channel nothing is left, and statistics of one image are a poor estimate.
/// </summary>
public class SingleImageTests
{
    private const string Perceptron = "{name: mlp, hidden: [6], norm: batch}", Convolutional = "{name: preresnet-8, width: 4, norm: batch}";

    [Theory]
    [InlineData("batch: 8, train: 25", "write data.drop_last: true where the last batch of an epoch has one image")]
    [InlineData("batch: 1, train: 25", "a larger batch")]
    public void A_perceptron_is_refused(string data, string remedy)
    {
        var refused = Assert.Throws<InputException>(() => Train(data, Perceptron));
        Assert.Contains("leaves batch normalization a single number for each channel", refused.Message, StringComparison.Ordinal);
        Assert.Contains(remedy, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch: 8, train: 25",
        "the last batch of an epoch has a single image, of which batch normalization takes its statistics; write drop_last: true, or "
        + "another batch")]
    [InlineData("batch: 1, train: 25",
        "batch normalization takes the statistics of a single image, and evaluates with those of many; write a larger batch, or another "
        + "norm")]
    public void A_convolutional_network_is_warned_of(string data, string said)
    {
        Assert.Contains(said, Assert.Single(Train(data, Convolutional)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("batch: 8, train: 25, drop_last: true", Perceptron)]
    [InlineData("batch: 8, train: 26", Perceptron)]
    [InlineData("batch: 8, train: 24", Convolutional)]
    [InlineData("batch: 8, train: 25", "{name: mlp, hidden: [6], norm: layer}")]
    [InlineData("batch: 1, train: 25", "{name: preresnet-8, width: 4, norm: group, groups: 2}")]
    public void Other_batches_and_other_normalizations_draw_nothing(string data, string model) => Assert.Empty(Train(data, model));

    // The warnings of the recipe.
    private static IReadOnlyList<string> Train(string data, string model)
    {
        var read = RecipeReader.Read($"duration: 1ba\nlearning_rate: 0.1\ndata: {{set: digits, test: 8, {data}}}\nmodel: {model}\n");
        using var trainer = new Trainer<float>(read.Recipe, RecipeData.Load(read.Recipe.Data!), threads: 1);
        return read.Warnings;
    }
}
