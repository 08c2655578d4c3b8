using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Claims.Shared;

/// <summary>Networks that AdamW trains as people train them: trained scales, shifts and heads, all with the decay; epsilon 0.</summary>
internal static class AdamRecipe
{
    /// <summary>A residual network of 8 layers on the built-in digits, a fifth of the labels drawn anew, batches of 32.</summary>
    /// <param name="width">Channels of its first stage.</param>
    /// <param name="updates">T.</param>
    public static Recipe Residual(int width, int updates) => Of(
        new DataSpec { Set = "digits", Batch = 32, DropLast = true, LabelNoise = new LabelNoiseSpec { Fraction = 0.2 } },
        new ModelSpec { Kind = ModelKind.PreResNet, Depth = 8, Width = width, Epsilon = 0 }, updates);

    /// <summary>A transformer with QK-norm that reads the text that etalon makes.</summary>
    /// <param name="layers">Blocks.</param>
    /// <param name="width">Channels of a token; four heads.</param>
    /// <param name="context">Characters of a window.</param>
    /// <param name="updates">T.</param>
    public static Recipe Transformer(int layers, int width, int context, int updates) => Of(
        new DataSpec { Set = "text", Batch = 16, TrainLimit = 2_000, TestLimit = 32, Text = new TextSpec { Context = context } },
        new ModelSpec
        {
            Kind = ModelKind.Transformer,
            Norm = NormKind.Rms,
            Width = width,
            Epsilon = 0,
            Transformer = new TransformerSpec { Layers = layers },
        }, updates);

    /// <summary>A residual network of 20 layers on CIFAR-10, batches of 128.</summary>
    /// <param name="updates">T.</param>
    public static Recipe Cifar(int updates) => Of(
        new DataSpec { Set = "cifar10", Batch = 128 }, new ModelSpec { Kind = ModelKind.PreResNet, Depth = 20, Epsilon = 0 }, updates);

    private static Recipe Of(DataSpec data, ModelSpec model, int updates) => ExperimentRecipe.OfUpdates(data, model, updates) with
    {
        Optimizer = new AdamSpec { Options = new() { IsDecayDecoupled = true, Beta1 = FreshArm.Beta1, Beta2 = FreshArm.Beta2 } },
        Log = new LogSpec { EverySteps = 50, MonitorSteps = 10, NoiseSteps = null, EvaluationSteps = updates },
    };
}
