using System.Text.Json;
using Etalon.Lab.LoggedSchedules;
using Etalon.Workbench.Json;

namespace Etalon.Workbench.Commands;

/// <summary>What a log without norms says, for machines.</summary>
internal static class LoggedScheduleJson
{
    public static void Write(LoggedSchedule schedule, SchedulePieces pieces, TextWriter output) =>
        output.WriteLine(JsonSerializer.Serialize(
        new
        {
            schedule.Log.Source,
            schedule.Log.Format,
            Rows = schedule.Steps.Length,
            schedule.Interval,
            schedule.FirstStep,
            schedule.TotalSteps,
            schedule.PlannedSteps,
            PeakRate = schedule.Peak,
            SumOfRates = schedule.SumOfRates(),
            MixingUnits = schedule.Units(),
            schedule.WeightDecay,
            Schedule = new { pieces.Words, pieces.Pieces, pieces.TotalSteps, pieces.Residual },
            Phases = schedule.Phases(),
            GradientGrowth = schedule.MeasuredGrowth(),
            schedule.Remarks,
            schedule.Log.Warnings,
        },
        JsonFormat.Options));
}
