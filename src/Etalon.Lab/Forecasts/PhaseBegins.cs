using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Forecasts;

/// <summary>
/// Where the phases of a recipe begin, found while its updates are gone through: as <see cref="Schedules.Dynamics.Phases"/> cuts a
/// schedule, at what begins in it, with neighbors of the same constant numbers as one.
/// </summary>
/// <param name="recipe">The recipe.</param>
internal sealed class PhaseBegins(Recipe recipe)
{
    private const int MostLookedAt = 1000;

    private readonly HashSet<long> _cuts = [.. new[] { recipe.LearningRate, recipe.WeightDecay, recipe.Momentum }
        .SelectMany(schedule => schedule.Breakpoints(recipe.TotalSteps)).Where(point => point.BeginsPhase).Select(point => point.Step)];

    private readonly List<long> _begins = [];
    private (double, double, double) _first, _before;
    private bool _isConstant, _wasConstant;

    /// <summary>The first updates of all phases so far.</summary>
    public IReadOnlyList<long> All
    {
        get
        {
            Join();
            return _begins;
        }
    }

    /// <summary>Takes the next update in.</summary>
    public void Add(int step, (double Rate, double Decay, double Momentum) numbers)
    {
        if (step > 0 && !_cuts.Contains(step))
        {
            if (_isConstant && numbers != _first) _isConstant = false;
            return;
        }
        Join();
        (_before, _wasConstant) = (_first, _isConstant);
        (_first, _isConstant) = (numbers, true);
        _begins.Add(step);
    }

    // A phase is known to be constant when the next one begins.
    private void Join()
    {
        if (_begins.Count < 2 || !_isConstant || !_wasConstant || _first != _before) return;
        _begins.RemoveAt(_begins.Count - 1);
        _wasConstant = false;
    }

    /// <summary>The begins of a whole recipe; of a long piece some updates tell whether it stands still.</summary>
    public static IReadOnlyList<long> Of(Recipe recipe, RecipeValues values)
    {
        var phases = new PhaseBegins(recipe);
        long[] cuts = [.. phases._cuts.Append(0).Append(values.Count).Distinct().Order()];
        for (int i = 0; i + 1 < cuts.Length; i++)
        {
            int begin = (int)cuts[i], end = (int)cuts[i + 1], stride = Math.Max(1, (end - begin) / MostLookedAt);
            for (int step = begin; step < end; step += stride) phases.Add(step, values[step]);
            if (end - 1 > begin) phases.Add(end - 1, values[end - 1]);
        }
        return phases.All;
    }
}
