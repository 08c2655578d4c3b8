using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// Networks whose trained weights are all scale-invariant: normalizations without scale and shift, a fixed last layer, epsilon 0.
/// </summary>
internal static class InvariantRecipe
{
    /// <summary>The rate, decay and momentum of the perceptron; a mixing unit is 100 updates, 2.3 epochs.</summary>
    public const double Rate = 0.2, Decay = 5e-3, Momentum = 0.9;

    /// <summary>Those of the residual network, as Li and Arora have them.</summary>
    public const double ImageRate = 0.1, ImageDecay = 5e-4;

    /// <summary>A perceptron 64-64-64-10 with batch normalization on the built-in digits, 44 batches of 32 an epoch.</summary>
    /// <param name="epochs">Epochs.</param>
    public static Recipe Digits(int epochs) => Of(
        new DataSpec { Set = "digits", Batch = 32, DropLast = true }, Perceptron, epochs, Rate, Decay);

    /// <summary>The same with a fifth of the labels drawn anew, so that the gradient keeps its noise and memorizing shows.</summary>
    /// <inheritdoc cref="Digits"/>
    public static Recipe NoisyDigits(int epochs) => Of(
        new DataSpec { Set = "digits", Batch = 32, DropLast = true, LabelNoise = new LabelNoiseSpec { Fraction = 0.2 } }, Perceptron,
            epochs,
        Rate, Decay);

    /// <summary>A residual network on CIFAR-10, 391 batches of 128 an epoch, crops and flips.</summary>
    /// <param name="depth">6n + 2.</param>
    /// <param name="epochs">Epochs.</param>
    public static Recipe Cifar(int depth, int epochs) => Of(
        new DataSpec { Set = "cifar10", Batch = 128, Augment = Augmentation.CropFlip },
        new ModelSpec { Kind = ModelKind.PreResNet, Depth = depth, Affine = false, Head = HeadMode.Frozen, Epsilon = 0 }, epochs,
        ImageRate, ImageDecay);

    /// <summary>The perceptron.</summary>
    public static ModelSpec Perceptron { get; } =
        new() { Kind = ModelKind.Mlp, Hidden = [64, 64], Affine = false, Head = HeadMode.Frozen, Epsilon = 0 };

    /// <summary>ln of the growth an update of the rate that replaces a constant decay: -2 ln z, z the larger root of x^2 - (1 + mu - eta
    /// lambda) x + mu.</summary>
    /// <param name="rate">eta.</param>
    /// <param name="decay">lambda.</param>
    /// <param name="momentum">mu.</param>
    public static double LogGrowth(double rate, double decay, double momentum)
    {
        double d = rate * decay, root = Math.Sqrt(momentum),
            discriminant = ((1 - root) * (1 - root) - d) * ((1 + root) * (1 + root) - d);
        return -2 * Elementary.Log(1 - 2 * d / (1 - momentum + d + Math.Sqrt(discriminant)));
    }

    private static Recipe Of(DataSpec data, ModelSpec model, int epochs, double rate, double decay)
    {
        var recipe = ExperimentRecipe.OfEpochs(data, model, epochs);
        return recipe with
        {
            LearningRate = new Constant(rate),
            WeightDecay = new Constant(decay),
            Momentum = new Constant(Momentum),
            Log = new LogSpec
            {
                EverySteps = recipe.StepsPerEpoch,
                MonitorSteps = Math.Max(1, recipe.StepsPerEpoch / 11),
                NoiseSteps = null,
            },
        };
    }
}
