using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Invariance;

/// <summary>
/// Finds which parameters of a recipe's network are scale-invariant, one by one and as a group, by the rules of the layers and by scaling
/// them in the running network. Li and Arora, "An exponential learning rate schedule for deep learning" (2019), Lemma 1.3 and appendix C.
/// </summary>
/// <remarks>
/// The loss plays no part: what leaves the outputs alone leaves every loss alone. The batch is random and training; no data are read.
/// Epsilon is set to 0 for both answers, since an epsilon hides a dependence as well as it breaks an invariance, and is measured for
/// itself.
/// </remarks>
internal static class Audit
{
    private const int Batch = 6;

    // Convolutional networks end in a mean over the image, and transformers share their weights between tokens, so tensors do not depend on
    // its size; a smaller one is quicker.
    private const int LargestImage = 16;

    /// <summary>Audits the network of a recipe.</summary>
    /// <param name="recipe">The recipe; without data its network is taken to read 32x32x3 images of 10 classes, or a text.</param>
    /// <param name="threads">Threads that compute, at least 1. The findings do not depend on them.</param>
    /// <exception cref="InputException">The recipe has no model, or one that cannot be audited.</exception>
    public static AuditReport Of(Recipe recipe, int threads)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        var model = recipe.Model ?? throw new InputException(
            "an audit needs a model: add `model: {name: preresnet-20}` to the recipe; "
            + "of your own network: etalon export audit --for pytorch");
        var (image, classes) = Sizes(recipe);
        using var workers = new Workers(threads);
        using var network = Build(model with { Epsilon = 0 }, image, classes, recipe.Seed, workers);
        using var probe = new ScalingProbe(network, image.Length, classes, recipe.Seed);
        var group = GroupOf(network);
        ScaleFinding WithChanges(ScaleFinding finding, ScalingGroup scaled) => finding.IsInvariant
            ? finding
            : finding with { RecipeChanges = RecipeChanges.Find(model, changed => IsInvariant(changed, image, classes, workers, scaled)) };

        var ofGroup = Ask(network, probe, group);
        return new AuditReport
        {
            Recipe = recipe.Name,
            Model = model,
            Tensors = TensorsOf(network, probe),
            AllParameters = WithChanges(Ask(network, probe, ScalingGroup.AllParameters), ScalingGroup.AllParameters),
            Group = WithChanges(ofGroup, group),
            ChangeWithEpsilon = model.Epsilon > 0 && ofGroup.IsInvariant ? ChangeWithEpsilon(recipe, image, classes, workers, group) : null,
        };
    }

    /// <summary>What the audit finds of each trained tensor of a network.</summary>
    internal static IReadOnlyList<TensorAudit> TensorsOf(Network<double> network, ScalingProbe probe)
    {
        var group = GroupOf(network);
        bool isGroupInvariant = HomogeneityCheck.Of(network, group).IsInvariant;
        return [.. network.Parameters.Tensors.Select(
            tensor => AuditTensor(network, probe, tensor, group.Contains(tensor.Name), isGroupInvariant))];
    }

    private static ScalingGroup GroupOf(Network<double> network) => ScalingGroup.Of(ParameterClasses.Of(network.Layers).Studied.Contains);

    private static ScaleFinding Ask(Network<double> network, ScalingProbe probe, ScalingGroup scaled) =>
        new(HomogeneityCheck.Of(network, scaled), probe.Measure(scaled));

    private static TensorAudit AuditTensor(Network<double> network, ScalingProbe probe, Tensor<double> tensor, bool isInGroup,
        bool isGroupInvariant)
    {
        var single = ScalingGroup.Tensor(tensor.Name);
        var alone = new ScaleFinding(HomogeneityCheck.Of(network, single), probe.Measure(single, 10));
        // The rules treat all channels of a tensor alike; the measurement takes every one.
        var channel =
            new ScaleFinding(HomogeneityCheck.Of(network, ScalingGroup.Channel(tensor.Name, 0)), probe.MeasureChannels(tensor.Name));
        var decay =
            alone.IsInvariant ? DecayEffect.Speed : isInGroup && isGroupInvariant ? DecayEffect.SpeedInGroup : DecayEffect.Regularizes;
        return new TensorAudit(tensor.Name, tensor.Shape, channel, alone, isInGroup, decay);
    }

    private static bool IsInvariant(ModelSpec model, ImageSize image, int classes, Workers workers, ScalingGroup group)
    {
        using var network = Build(model, image, classes, seed: 0, workers);
        return HomogeneityCheck.Of(network, group).IsInvariant;
    }

    private static double ChangeWithEpsilon(Recipe recipe, ImageSize image, int classes, Workers workers, ScalingGroup group)
    {
        using var network = Build(recipe.Model!, image, classes, recipe.Seed, workers);
        using var probe = new ScalingProbe(network, image.Length, classes, recipe.Seed);
        return probe.Measure(group).OutputChange;
    }

    private static Network<double> Build(ModelSpec model, ImageSize image, int classes, ulong seed, Workers workers)
    {
        var network = Model.Build<double>(model, image, classes, new SoftmaxCrossEntropy(), Batch, workers);
        network.Initialize(seed);
        return network;
    }

    private static (ImageSize Image, int Classes) Sizes(Recipe recipe)
    {
        var (image, classes) = Model.DefaultsOf(recipe.Model!);
        if (recipe.Data is { } data) (image, classes) = (data.Image, DataCatalog.Find(data.Set).ClassCount);
        return recipe.Model!.Kind == ModelKind.Mlp
            ? (image, classes)
            : (new ImageSize(Math.Min(image.Height, LargestImage), Math.Min(image.Width, LargestImage), image.Channels), classes);
    }
}
