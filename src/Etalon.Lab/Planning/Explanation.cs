using Etalon.Lab.RunSpecs;
using Etalon.Schedules;

namespace Etalon.Lab.Planning;

/// <summary>Says of one step which piece decides, why the value is what it is, and what comes next.</summary>
public static class Explanation
{
    /// <summary>The explanation, as lines of text.</summary>
    /// <param name="spec">The recipe.</param>
    /// <param name="step">The update, from 0 to T - 1.</param>
    /// <exception cref="InputException">The run has no such update.</exception>
    public static IReadOnlyList<string> Of(RunSpec spec, long step)
    {
        if (step < 0 || step >= spec.TotalSteps)
            throw new InputException($"--explain {step}: {spec.Name} has the updates 0 to {spec.TotalSteps - 1}");
        var text = new List<string>
        {
            $"{spec.Name}, step {step}: epoch {step / spec.StepsPerEpoch}, update {step % spec.StepsPerEpoch} of {spec.StepsPerEpoch} in it (all counted from 0)",
        };
        foreach (var (name, schedule) in PlannedQuantities.Of(spec)) Explain(name, schedule, step, spec.TotalSteps, text);
        return text;
    }

    private static void Explain(string name, Schedule schedule, long step, long totalSteps, List<string> text)
    {
        var pieces = ScheduleEvents.PiecesOf(schedule, totalSteps);
        var index = pieces.Count - 1;
        while (index > 0 && pieces[index].Begin > step) index--;
        var (piece, begin, end) = pieces[index];
        text.Add("");
        text.Add($"{name} = {schedule.ValueAt(step):R}");
        text.Add($"  piece  {index + 1} of {pieces.Count}: {PieceWords.Of(piece)}, steps {begin} to {end - 1}");
        text.Add($"  why    {PieceWords.Why(piece, step - begin)}");
        var next = ScheduleEvents.Of(schedule, totalSteps).FirstOrDefault(happening => happening.Step > step);
        text.Add(next is null
            ? $"  next   the run ends after update {totalSteps - 1}"
            : $"  next   at step {next.Step}, in {next.Step - step} updates: {next.What}, value {next.Value:G6}");
    }
}
