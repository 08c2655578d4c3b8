using Etalon.Lab.Diagnosis.Logs;
using Etalon.Numerics;
using Etalon.Schedules;

namespace Etalon.Lab.Diagnosis.Phases;

/// <summary>A stretch of a log in which rate, decay and momentum stay the same, or move in one way.</summary>
internal sealed class LogPhase
{
    private bool? _isInvariantTogether;

    private LogPhase(RunLog log, int number, int firstRow, int endRow, bool isConstant)
    {
        (Log, Number, FirstRow, EndRow, IsConstant) = (log, number, firstRow, endRow, isConstant);
        End = endRow < log.Steps.Length ? log.Steps[endRow] : log.End;
        Groups = [.. log.Groups.Where(group => group.Name != LogGroup.Everything).Select(group => new GroupPhase(this, group))];
    }

    /// <summary>The log.</summary>
    public RunLog Log { get; }

    /// <summary>Its number, from 1.</summary>
    public int Number { get; }

    /// <summary>Its first row.</summary>
    public int FirstRow { get; }

    /// <summary>The row after its last one.</summary>
    public int EndRow { get; }

    /// <summary>The update of its first row.</summary>
    public long Begin => Log.Steps[FirstRow];

    /// <summary>The update after its last one.</summary>
    public long End { get; }

    /// <summary>Whether all rows have the same numbers.</summary>
    public bool IsConstant { get; }

    /// <summary>The groups of weights in it.</summary>
    public IReadOnlyList<GroupPhase> Groups { get; }

    /// <summary>All scale-invariant weights together; null where they were not logged.</summary>
    public GroupPhase? Whole => Groups.FirstOrDefault(group => group.Name == LogGroup.Whole);

    /// <summary>
    /// Whether the products g.w of the tensors cancel: those of tensors that are scale-invariant only together add up to 0, that of a
    /// tensor which is not stays. A tenth is left for what epsilon does.
    /// </summary>
    public bool IsInvariantTogether => _isInvariantTogether ??= Cancels();

    /// <summary>The phases of a log.</summary>
    public static IReadOnlyList<LogPhase> Of(RunLog log)
    {
        // 0 stands for a column that is not there: it cuts nothing.
        static double Known(double value) => double.IsNaN(value) ? 0 : value;
        var rows = Enumerable.Range(0, log.Steps.Length).Select(i => new UpdateRow(
            Elementary.Log(Known(log.Rate[i])), Known(log.WeightDecay[i]), Known(log.Momentum[i]),
            log.Rule.Nesterov ? Known(log.Momentum[i]) : 0));
        return [.. Schedules.Dynamics.Phases.Of(new UpdateTable(log.Rule, rows))
            .Select((phase, i) => new LogPhase(log, i + 1, (int)phase.Begin, (int)phase.End, phase.IsConstant))];
    }

    /// <summary>The last rows of a phase, and the first row of the next one: the interval that is in neither.</summary>
    public LogPhase WithNext(int mostRows) => new(Log, Number, Math.Max(FirstRow, EndRow - mostRows), EndRow + 1, isConstant: false);

    private bool Cancels()
    {
        if (Whole is not { } whole) return false;
        var parts = Groups.Where(group => group != whole).Select(group => group.Of(group.Group.Dot)).ToList();
        var (sum, apart) = (0.0, 0.0);
        for (int i = 0; i < EndRow - FirstRow; i++)
        {
            double together = whole.Of(whole.Group.Dot)[i], each = parts.Sum(dot => Math.Abs(dot[i]));
            if (!double.IsFinite(together + each)) continue;
            sum += together * together;
            apart += each * each;
        }
        return apart > 0 && sum <= 0.1 * 0.1 * apart;
    }
}
