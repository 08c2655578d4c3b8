using Etalon.Engine;
using Etalon.Lab.Conversions;
using Etalon.Lab.Data;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Invariance;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Models;

public class ParameterClassesTests
{
    private static readonly ParameterClass[] All = Enum.GetValues<ParameterClass>();

    [Fact]
    public void In_every_model_of_a_recipe_the_classes_are_those_that_the_tensors_are_named_after()
    {
        int networks = 0;
        foreach (var model in Specs())
        {
            var layers = Model.Describe(model, new ImageSize(16, 16, 3), 10, new SoftmaxCrossEntropy());
            var classes = ParameterClasses.Of(layers);
            foreach (string tensor in Tensors(layers))
                foreach (var parameters in All)
                    Assert.True(IsNamedAfter(model, parameters, tensor) == classes.IsIn(parameters, tensor),
                        $"{model}: {tensor}, {parameters}");
            Assert.Equal(Tensors(layers).Where(IsHiddenWeight), classes.Studied);
            Assert.Equal(InvariantGroups.Of(layers, classes.Studied), classes.Groups);
            networks++;
        }
        Assert.Equal(6 * 2 * 2 * 5 - 3 * 4, networks);
    }

    [Fact]
    public void Which_classes_have_parameters_is_known_before_the_network_is_built()
    {
        foreach (var model in Specs())
        {
            var tensors = Tensors(Model.Describe(model, new ImageSize(16, 16, 1), 10, new SoftmaxCrossEntropy())).ToList();
            foreach (var before in (ParameterClass[][])[[], [ParameterClass.Head]])
                foreach (var parameters in All.Except(before))
                {
                    bool isThere = tensors.Any(
                        tensor => IsNamedAfter(model, parameters, tensor) && !before.Any(earlier => IsNamedAfter(model, earlier, tensor)));
                    Assert.True(isThere == MissingParameters.Why(model, parameters, before) is null, $"{model} {parameters}");
                }
        }
    }

    [Fact]
    public void Classes_follow_from_the_layers_and_not_from_their_names()
    {
        var build = new NetworkBuilder<double>(8, 8, 3);
        using var workers = new Workers(1);
        using var network = build.Build(Misnamed(build), new SoftmaxCrossEntropy(), maxBatch: 6, workers);
        network.Initialize(seed: 1);
        var classes = ParameterClasses.Of(network.Layers);
        Assert.Equal(["reading.weight", "answer.weight"], Of(classes, network, ParameterClass.Head));
        Assert.Equal(["answer.weight"], Of(classes, network, ParameterClass.Bias));
        Assert.Equal(["stem.bias.scale", "stem.bias.shift", "head.norm.scale", "head.norm.shift"],
            Of(classes, network, ParameterClass.Norm));
        Assert.Equal(["head.one.weight", "head.two.weight"], Of(classes, network, ParameterClass.ScaleInvariant));
        AgreesEverywhere(classes, network, ["head.one.weight", "head.two.weight"], ["scales and shifts of normalizations", "the head"]);
    }

    [Fact]
    public void A_weight_without_a_normalization_behind_it_is_not_converted()
    {
        var build = new NetworkBuilder<double>(8, 8, 3);
        var x = build.Rectify(build.BatchNormalization("norm", build.Convolution("one", build.Input, 4, 3), affine: true, epsilon: 0));
        x = build.GlobalAveragePool("pool", build.Rectify(build.Convolution("two", x, 4, 3)));
        using var workers = new Workers(1);
        using var network = build.Build(build.Linear("head", x, 10), new SoftmaxCrossEntropy(), maxBatch: 6, workers);
        network.Initialize(seed: 1);
        AgreesEverywhere(
            ParameterClasses.Of(network.Layers), network, ["one.weight"],
            ["scales and shifts of normalizations", "weights without a normalization behind them", "the head"]);
    }

    // Groups, conversion, monitors and the audit's measurement on the running network.
    private static void AgreesEverywhere(ParameterClasses classes, Network<double> network, string[] invariant, string[] kept)
    {
        var tensors = network.Parameters.Tensors;
        var groups = new ParameterGroups(Read("equivalent={form: texp++}"));
        var named = new ParameterGroups(Read("optimizer.groups={scale-invariant: {weight_decay: 0.1}}"));
        Assert.Equal(invariant, tensors.Select(tensor => tensor.Name).Where(tensor => groups.IsConverted(classes, tensor)));
        Assert.Equal(invariant, tensors.Select(tensor => tensor.Name).Where(tensor => named.Of(classes, tensor) == 1));
        var covered = CoveredParameters.Of(groups, network.Layers);
        Assert.Equal([CoveredParameters.Rule, .. kept], covered.Select(part => part.Name));
        Assert.Equal(invariant.Sum(tensor => network.Parameters[tensor].Length), covered[0].Numbers);
        Assert.Equal(invariant, TrainingMonitors<double>.Covered(classes, new LogSpec()).SelectMany(group => group));
        using var probe = new ScalingProbe(network, 8 * 8 * 3, 10, seed: 1);
        var audit = Audit.TensorsOf(network, probe);
        Assert.All(audit, tensor => Assert.True(tensor.Alone.Agrees));
        Assert.Equal(invariant, audit.Where(tensor => tensor.Decay != DecayEffect.Regularizes).Select(tensor => tensor.Name));
        Assert.Equal(invariant, audit.Where(tensor => tensor.IsInGroup).Select(tensor => tensor.Name));
    }

    // Hidden layers called head and stem.bias, a head called reading, and its bias called a weight.
    private static Signal<double> Misnamed(NetworkBuilder<double> build)
    {
        var x = build.Rectify(
            build.BatchNormalization("stem.bias", build.Convolution("head.one", build.Input, 4, 3), affine: true, epsilon: 0));
        x = build.Rectify(build.GroupNormalization("head.norm", build.Convolution("head.two", x, 4, 3), 2, affine: true, epsilon: 0));
        return build.Bias("answer.weight", build.Linear("reading", build.GlobalAveragePool("pool", x), 10));
    }

    private static IEnumerable<ModelSpec> Specs()
    {
        foreach (var (kind, depth, hidden) in (IEnumerable<(ModelKind, int?, int[])>)
            [(ModelKind.Mlp, null, []), (ModelKind.Mlp, null, [16]), (ModelKind.Mlp, null, [16, 24]), (ModelKind.Cnn, null, []),
                (ModelKind.ResNet, 8, []), (ModelKind.PreResNet, 8, [])])
            foreach (bool affine in (bool[])[true, false])
                foreach (var head in (HeadMode[])[HeadMode.Trained, HeadMode.Frozen])
                    foreach (var norm in Enum.GetValues<NormKind>().Where(norm => norm != NormKind.Rms))
                        // Instance normalization leaves nothing of an mlp's single numbers, and is refused.
                        if (kind != ModelKind.Mlp || norm != NormKind.Instance)
                            yield return new ModelSpec
                            {
                                Kind = kind,
                                Depth = depth,
                                Hidden = [.. hidden],
                                Width = 8,
                                Affine = affine,
                                Head = head,
                                Norm = norm
                            };
    }

    // How the models name their tensors.
    private static bool IsNamedAfter(ModelSpec model, ParameterClass parameters, string tensor) => parameters switch
    {
        ParameterClass.Head => tensor.StartsWith("head.", StringComparison.Ordinal),
        ParameterClass.Bias => tensor.EndsWith(".bias", StringComparison.Ordinal),
        ParameterClass.Norm => tensor.EndsWith(".scale", StringComparison.Ordinal) || tensor.EndsWith(".shift", StringComparison.Ordinal),
        _ => model.Norm != NormKind.None && IsHiddenWeight(tensor),
    };

    private static bool IsHiddenWeight(string tensor) => tensor.EndsWith(".weight", StringComparison.Ordinal) && tensor != "head.weight";

    private static IEnumerable<string> Tensors(IReadOnlyList<Layer<float>> layers) =>
        layers.SelectMany(layer => layer.TrainedTensors).Select(tensor => tensor.Name);

    private static IEnumerable<string> Of(ParameterClasses classes, Network<double> network, ParameterClass parameters) =>
        network.Parameters.Tensors.Select(tensor => tensor.Name).Where(tensor => classes.IsIn(parameters, tensor));

    private static Recipe Read(string change) =>
        RecipeReader.Read(
            "duration: 10ba\nsteps_per_epoch: 10\nmodel: {name: cnn}\nlearning_rate: 0.1\nweight_decay: 1e-3\nmomentum: 0.9\n", "recipe",
            [change]).Recipe;
}
