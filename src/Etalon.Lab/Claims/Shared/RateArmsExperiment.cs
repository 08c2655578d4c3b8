using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Claims.Shared;

/// <summary>
/// A convolutional network at the rates of <see cref="RateArms"/>: batch normalization, weight decay 5e-4, momentum 0.9, batches of 128
/// without augmentation.
/// </summary>
internal abstract record RateArmsExperiment
{
    private protected RateArmsExperiment(int images, int epochs) => (Images, Epochs) = (images, epochs);

    /// <summary>Training images.</summary>
    /// <value>At least a batch, 128.</value>
    public int Images { get; init; }

    /// <summary>Test images.</summary>
    /// <value>At least 2; 2,000 by default, of which an accuracy is sure to 0.01.</value>
    public int TestImages { get; init; } = 2_000;

    /// <summary>Epochs of a run.</summary>
    /// <value>A multiple of 4, so that the rate falls between two epochs.</value>
    public int Epochs { get; init; }

    /// <summary>Channels of the network's first stage.</summary>
    /// <value>At least 1; 16 by default.</value>
    public int Width { get; init; } = 16;

    /// <summary>The largest rate.</summary>
    /// <value>Above 0; 1 by default.</value>
    public double LargeRate { get; init; } = 1;

    /// <summary>Runs of each arm: the seeds 1, 2, ... of data, start and order.</summary>
    /// <value>At least 1; 3 by default.</value>
    public int Seeds { get; init; } = 3;

    /// <summary>What the names of the runs begin with.</summary>
    private protected abstract string RunName { get; }

    /// <summary>The data, without sizes.</summary>
    private protected abstract DataSpec Data { get; }

    /// <summary>Epochs between two evaluations.</summary>
    private protected abstract int EvaluationEpochs { get; }

    /// <summary>The recipes of all runs.</summary>
    internal IReadOnlyList<Recipe> Recipes => ExperimentRuns.Recipes(RunName, Arms, Seeds);

    private IReadOnlyList<ExperimentArm> Arms
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(Seeds, 1);
            ArgumentOutOfRangeException.ThrowIfNotEqual(Epochs % 4, 0, nameof(Epochs));
            var data = Data with { Batch = 128, DropLast = true, TrainLimit = Images, TestLimit = TestImages };
            var recipe = ExperimentRecipe.OfEpochs(data, new ModelSpec { Kind = ModelKind.Cnn, Width = Width }, Epochs);
            return RateArms.From(
                recipe with
                {
                    WeightDecay = new Constant(5e-4),
                    Momentum = new Constant(0.9),
                    Log = new LogSpec
                    {
                        EverySteps = recipe.StepsPerEpoch,
                        EvaluationSteps = EvaluationEpochs == 1 ? null : EvaluationEpochs * recipe.StepsPerEpoch
                    },
                },
                LargeRate);
        }
    }

    /// <summary>Trains what is not in the folder yet.</summary>
    private protected IReadOnlyList<ArmResult> Train(ClaimRun run) => ExperimentRuns.Execute(RunName, Arms, Seeds, run);
}
