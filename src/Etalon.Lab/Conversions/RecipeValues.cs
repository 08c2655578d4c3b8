using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Conversions;

/// <summary>
/// Rate, decay and momentum of each update of a recipe, written out once for the sketches that look at every update; what stays the same
/// is kept once.
/// </summary>
internal sealed class RecipeValues
{
    /// <summary>The longest recipe that is sketched.</summary>
    public const long MostUpdates = 20_000_000;

    // Of these a schedule that changes has 32 MB; of more it is asked each time.
    private const int MostKept = 4_000_000;

    // Fewer are written out sooner by one thread.
    private const int UpdatesOfPart = 16_384;

    private readonly Column _rate, _decay, _momentum;

    private RecipeValues(Recipe recipe, CancellationToken cancellation)
    {
        Count = (int)recipe.TotalSteps;
        (_rate, _decay, _momentum) = (new(recipe.LearningRate, Count, cancellation), new(recipe.WeightDecay, Count, cancellation),
            new(recipe.Momentum, Count, cancellation));
    }

    /// <summary>Updates of the run.</summary>
    public int Count { get; }

    /// <summary>The values; null for a recipe that is too long, or whose scale-invariant weights have schedules of their own.</summary>
    public static RecipeValues? Of(Recipe recipe, CancellationToken cancellation = default) =>
        recipe.TotalSteps <= MostUpdates && !recipe.Optimizer.Groups.Any() ? new(recipe, cancellation) : null;

    /// <summary>The numbers of an update.</summary>
    public (double Rate, double Decay, double Momentum) this[int step] => (_rate[step], _decay[step], _momentum[step]);

    /// <summary>The rate of an update.</summary>
    public double RateAt(int step) => _rate[step];

    private readonly struct Column
    {
        private readonly Schedule? _schedule;
        private readonly double[]? _all;
        private readonly double _one;

        public Column(Schedule schedule, int count, CancellationToken cancellation)
        {
            if (schedule is Constant constant) _one = constant.Value;
            else if (count > MostKept) _schedule = schedule;
            if (schedule is Constant || count > MostKept) return;
            double[] all = new double[count];
            int parts = (count + UpdatesOfPart - 1) / UpdatesOfPart;
            // A schedule is a pure function of the step, so its parts can be asked for in any order.
            Parallel.For(0, parts, new ParallelOptions { CancellationToken = cancellation }, part =>
            {
                int end = Math.Min(count, (part + 1) * UpdatesOfPart);
                for (int step = part * UpdatesOfPart; step < end; step++) all[step] = schedule.ValueAt(step);
            });
            _all = all;
        }

        public double this[int step] => _all is not null ? _all[step] : _schedule?.ValueAt(step) ?? _one;
    }
}
