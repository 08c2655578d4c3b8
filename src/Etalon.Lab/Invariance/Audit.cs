using Etalon.Engine;
using Etalon.Engine.Losses;
using Etalon.Engine.Memory;
using Etalon.Engine.Parallel;
using Etalon.Engine.Symmetry;
using Etalon.Lab.Data;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Invariance;

/// <summary>
/// Finds which parameters of a recipe's network are scale-invariant, one by one and as a group, by the rules of the layers and by scaling them in the
/// running network. Li and Arora, "An exponential learning rate schedule for deep learning" (2019), Lemma 1.3 and appendix C.
/// </summary>
/// <remarks>
/// The loss plays no part: what leaves the outputs alone leaves every loss alone. The batch is random and training; no data are read. Epsilon is set to 0
/// for both answers, since an epsilon hides a dependence as well as it breaks an invariance, and is measured for itself.
/// </remarks>
public static class Audit
{
    private const int Batch = 6;

    // What a recipe without data is taken for: the images of CIFAR-10.
    private static readonly ImageSize DefaultImage = new(32, 32, 3);
    private const int DefaultClasses = 10;

    // Convolutional networks end in a mean over the image, so their tensors do not depend on its size; a smaller one is quicker.
    private const int LargestImage = 16;

    /// <summary>Audits the network of a recipe.</summary>
    /// <param name="spec">The recipe; without data its network is taken to read 32x32x3 images of 10 classes.</param>
    /// <param name="threads">Threads that compute, at least 1. The findings do not depend on them.</param>
    /// <exception cref="InputException">The recipe has no model, or one that cannot be audited.</exception>
    public static AuditReport Of(Recipe spec, int threads)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var model = spec.Model ?? throw new InputException("an audit needs a model: add `model: {name: preresnet-20}` to the recipe");
        var (image, classes) = Sizes(spec);
        using var workers = new Workers(threads);
        using var network = Build(model with { Epsilon = 0 }, image, classes, spec.Seed, workers);
        using var probe = new ScalingProbe(network, image.Length, classes, spec.Seed);
        var group = ScalingGroup.Of(IsInGroup);
        ScaleFinding Ask(ScalingGroup scaled)
        {
            var rules = HomogeneityCheck.Of(network, scaled);
            return new ScaleFinding(rules, probe.Measure(scaled))
            {
                RecipeChanges = rules.IsInvariant ? [] : RecipeChanges.Find(model, changed => IsInvariant(changed, image, classes, workers, scaled)),
            };
        }

        var ofGroup = Ask(group);
        return new AuditReport
        {
            Recipe = spec.Name,
            Model = model,
            Tensors = [.. network.Parameters.Tensors.Select(tensor => AuditTensor(network, probe, tensor, ofGroup.IsInvariant))],
            AllParameters = Ask(ScalingGroup.AllParameters),
            Group = ofGroup,
            ChangeWithEpsilon = model.Epsilon > 0 && ofGroup.IsInvariant ? ChangeWithEpsilon(spec, image, classes, workers, group) : null,
        };
    }

    private static TensorAudit AuditTensor(Network<double> network, ScalingProbe probe, Tensor<double> tensor, bool isGroupInvariant)
    {
        var single = ScalingGroup.Tensor(tensor.Name);
        var alone = new ScaleFinding(HomogeneityCheck.Of(network, single), probe.Measure(single, 10));
        // The rules treat all channels of a tensor alike; the measurement takes every one.
        var channel = new ScaleFinding(HomogeneityCheck.Of(network, ScalingGroup.Channel(tensor.Name, 0)), probe.MeasureChannels(tensor.Name));
        bool isInGroup = IsInGroup(tensor.Name);
        var decay = alone.IsInvariant ? DecayEffect.Speed : isInGroup && isGroupInvariant ? DecayEffect.SpeedInGroup : DecayEffect.Regularizes;
        return new TensorAudit(tensor.Name, tensor.Shape, channel, alone, isInGroup, decay);
    }

    private static bool IsInvariant(ModelSpec model, ImageSize image, int classes, Workers workers, ScalingGroup group)
    {
        using var network = Build(model, image, classes, seed: 0, workers);
        return HomogeneityCheck.Of(network, group).IsInvariant;
    }

    private static double ChangeWithEpsilon(Recipe spec, ImageSize image, int classes, Workers workers, ScalingGroup group)
    {
        using var network = Build(spec.Model!, image, classes, spec.Seed, workers);
        using var probe = new ScalingProbe(network, image.Length, classes, spec.Seed);
        return probe.Measure(group).OutputChange;
    }

    private static Network<double> Build(ModelSpec model, ImageSize image, int classes, ulong seed, Workers workers)
    {
        var network = Model.Build<double>(model, image, classes, new SoftmaxCrossEntropy(), Batch, workers);
        network.Initialize(seed);
        return network;
    }

    private static bool IsInGroup(string tensor) => ParameterGroups.IsIn(ParameterClass.ScaleInvariant, tensor);

    private static (ImageSize Image, int Classes) Sizes(Recipe spec)
    {
        var entry = spec.Data is null ? null : DataCatalog.Find(spec.Data.Set);
        var (image, classes) = (spec.Data?.Image ?? DefaultImage, entry?.ClassCount ?? DefaultClasses);
        return spec.Model!.Kind == ModelKind.Mlp
            ? (image, classes)
            : (new ImageSize(Math.Min(image.Height, LargestImage), Math.Min(image.Width, LargestImage), image.Channels), classes);
    }
}
