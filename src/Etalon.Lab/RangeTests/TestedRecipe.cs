using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.RangeTests;

/// <summary>
/// The recipes that a range test trains in the place of the one it tests: same data, model, optimizer, decay and momentum, another rate and
/// length.
/// </summary>
internal sealed class TestedRecipe
{
    // Of 1 + |w|, as DoG's authors advise: larger where a batch normalization makes the scale of the weights meaningless.
    private const double FirstDistance = 1e-6, FirstDistanceWithBatchNormalization = 1e-4;

    private readonly Recipe _recipe;
    private readonly RateTestOptions _options;
    private readonly long _peakStep;

    /// <param name="recipe">The recipe to test.</param>
    /// <param name="options">How.</param>
    /// <exception cref="InputException">It cannot be tested.</exception>
    public TestedRecipe(Recipe recipe, RateTestOptions options)
    {
        options.Check();
        if (recipe.Data is null || recipe.Model is null)
            throw new InputException(
                "find-lr trains, and needs data and a model: add `data: {set: digits}` and `model: {name: preresnet-8}` to the recipe");
        if (recipe.Optimizer is DogSpec or DAdaptationSpec or ProdigySpec)
            throw new InputException(
                $"optimizer.name = {recipe.Optimizer.Name}: it sets its rate itself, and learning_rate is a factor that its paper leaves "
                + $"at 1; test the recipe with \"optimizer={{name: sgd}}\", and find-lr tells beside it what dog does");
        if (recipe.Optimizer is WnGradSpec or WnAdamSpec or AdaGradNormSpec)
            throw new InputException(
                $"optimizer.name = {recipe.Optimizer.Name}: it sets its rate itself, and remembers each rate of a test in its divisor; "
                + $"test the recipe with \"optimizer={{name: sgd}}\", and find-lr tells beside it what wngrad does");
        (_recipe, _options, _peakStep) = (recipe, options, AppliedRate.PeakStepOf(recipe));
        Peak = recipe.LearningRate.ValueAt(_peakStep);
        if (Peak == 0)
            throw new InputException(
                "learning_rate is 0 in every update, so that no factor brings it to a rate that was found; write a rate such as 0.1");
        // A constant has its peak in the first update; a rate that outgrows float64 has it where it stops to be told apart.
        if (Peak > RateTestOptions.Most || (recipe.TotalSteps > 1 && _peakStep == recipe.TotalSteps - 1))
            throw new InputException(
                "learning_rate grows to its last update: of such a rate, as one without weight decay does, the largest is none to look "
                + "for; test the recipe with weight decay that it stands for, or with a rate that stays or falls");
    }

    /// <summary>The largest rate of the recipe.</summary>
    public double Peak { get; }

    /// <summary>
    /// How many rules that set their rate themselves stand beside the test: WNGrad and DoG where the recipe's is SGD, whose rates theirs
    /// are.
    /// </summary>
    public int SelfSetting => _recipe.Optimizer is SgdSpec ? 2 : 0;

    /// <summary>Recipes of which one takes the most memory.</summary>
    public IReadOnlyList<Recipe> Largest => SelfSetting > 0 ? [Rising(0), WithDog()] : [Rising(0)];

    /// <summary>
    /// The recipe with a rate that rises, for one seed after the recipe's own. A group of parameters that has a rate of its own keeps its
    /// ratio to the recipe's.
    /// </summary>
    public Recipe Rising(int seed) => Short(seed) with
    {
        LearningRate = RisingTimes(1),
        Optimizer = _recipe.Optimizer with
        {
            Groups = [.. _recipe.Optimizer.Groups.Select(group => group with
            {
                LearningRate = group.LearningRate is { } rate ? RisingTimes(rate.ValueAt(_peakStep) / Peak) : null,
                WeightDecay = AtPeak(group.WeightDecay),
                Momentum = AtPeak(group.Momentum),
            })],
        },
    };

    /// <summary>
    /// The recipe with WNGrad: one b for all parameters, which begins as the norm of the first gradient. It has no constant to choose.
    /// </summary>
    public Recipe WithWnGrad()
    {
        var wngrad = With(new WnGradSpec
        {
            InitialUnit = InitialUnit.GradientNorm,
            Options = new() { Scope = StepSizeScope.Global, IsDecayDecoupled = _recipe.Optimizer.IsDecayDecoupled },
        });
        // Decoupled decay shrinks weights by the rate times lambda, and the rate is 1 here.
        return _recipe.Optimizer.IsDecayDecoupled
            ? wngrad with { WeightDecay = new Constant(Peak * _recipe.WeightDecay.ValueAt(_peakStep)) } : wngrad;
    }

    /// <summary>The recipe with DoG, which has no momentum.</summary>
    public Recipe WithDog()
    {
        var distance = _recipe.Model!.Norm == NormKind.Batch ? FirstDistanceWithBatchNormalization : FirstDistance;
        var dog = With(new DogSpec { Options = new() { InitialDistance = distance } }) with { Momentum = new Constant(0) };
        // DoG's decay is coupled, and shrinks weights by all that gradients are multiplied by, times lambda; decoupled decay by the rate
        // alone.
        return _recipe.Optimizer.IsDecayDecoupled
            ? dog with { WeightDecay = new Constant(RateOf(_recipe.WeightDecay.ValueAt(_peakStep))) } : dog;
    }

    /// <summary>The rate of the recipe's rule that moves weights as far as gradients multiplied by a number.</summary>
    public double RateOf(double totalRate) =>
        totalRate * (1 - _recipe.Momentum.ValueAt(_peakStep))
            / (_recipe.Momentum.ValueAt(_peakStep) == 0 ? 1 : 1 - _recipe.Optimizer.Rule.Dampening);

    // Without the recipe's groups of parameters: one rate for all is what is asked.
    private Recipe With(OptimizerSpec optimizer) => Short(0) with { LearningRate = new Constant(1), Optimizer = optimizer };

    // Decay and momentum stand where they are at the peak: that is the rate which is looked for. An equivalent form is the same run, and
    // auto_decay only lowers what it is given.
    private Recipe Short(int seed) => _recipe with
    {
        Seed = unchecked(_recipe.Seed + (ulong)seed),
        TotalSteps = _options.Updates,
        WeightDecay = AtPeak(_recipe.WeightDecay)!,
        Momentum = AtPeak(_recipe.Momentum)!,
        Equivalent = null,
        AutoDecay = null,
        Log = new LogSpec { MonitorSteps = _recipe.Model!.Norm == NormKind.None ? null : 1, NoiseSteps = null },
    };

    private Constant? AtPeak(Schedule? schedule) => schedule is null ? null : new Constant(schedule.ValueAt(_peakStep));

    private Schedule RisingTimes(double factor) =>
        factor == 0 ? new Constant(0) : new Exponential(factor * _options.From, _options.To / _options.From, every: _options.Updates - 1);
}
