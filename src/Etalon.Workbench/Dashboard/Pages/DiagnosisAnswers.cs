using Etalon.Lab;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Runs;
using Etalon.Workbench.Commands;
using Microsoft.AspNetCore.Http;

namespace Etalon.Workbench.Dashboard;

/// <summary>The answers about a run against the theory: <c>diagnose</c> in words, and its groups of weights as charts.</summary>
/// <param name="store">The runs.</param>
/// <param name="shelf">Their metrics, which tell whether there is anything to diagnose.</param>
internal sealed class DiagnosisAnswers(RunStore store, MetricsShelf shelf) : IDisposable
{
    // A diagnosis of a long run takes seconds and some 100 MB: one at a time, and the last ones are kept.
    private const int MostKept = 4;

    // 64 MB as they are, and as much again while they are judged.
    private const long MostValues = 8_000_000;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly LinkedList<(string Id, long Bytes, object Found)> _kept = [];

    /// <summary>The diagnosis of a run.</summary>
    public async Task ShowAsync(HttpContext context)
    {
        var query = new QueryReader(context.Request.Query);
        var run = store.Require(query.Text("id"));
        RunPlace.RequireInside(run.Path);
        await _one.WaitAsync(context.RequestAborted);
        object answer;
        try
        {
            answer = AnswerOf(await Task.Run(() => Find(run), context.RequestAborted), query.Text("group"));
        }
        catch (InputException exception)
        {
            // That a run cannot be diagnosed, as one without monitors, is an answer and no fault of the question.
            answer = new { exception.Problems };
        }
        finally
        {
            _one.Release();
        }
        await ApiAnswer.JsonAsync(context.Response, answer);
    }

    /// <summary>What a diagnosis says, in words and as a chart of one of its groups.</summary>
    public static object AnswerOf(object found, string? group) => found switch
    {
        RunDiagnosis diagnosis => Words(diagnosis, group),
        SettledRates rates => new
        {
            Verdict = SettledRatesText.Heading(rates),
            Lines = (string[])[.. SettledRatesText.Table(rates), "", .. SettledRatesText.Notes(rates, 100)],
            Chart = ChartJson.Of(SettledRatesChart.Of(rates)),
        },
        _ => throw new InvalidOperationException("there is no third kind of diagnosis"),
    };

    // A log without norms need not be read to its end, and one that is too long would take the memory of all else.
    private void RequirePossible(RunFacts run)
    {
        var index = shelf.Open(Path.Combine(run.Path, RunFolder.MetricsName));
        if (index.Fault is not null) return;
        if (!index.Names.Any(name => name.StartsWith(MonitorKeys.Norm, StringComparison.Ordinal)))
            throw new InputException(
                $"{run.Id}: its metrics have no norms of weights yet; train it with monitors, as log: {{monitors: 20ba}} in the recipe");
        if (index.MonitorValues > MostValues)
            throw new InputException($"{run.Id}: its monitors wrote {index.MonitorValues} values, and at most {MostValues} are diagnosed "
                + $"on this page; etalon diagnose {run.Id} reads them all");
    }

    private object Find(RunFacts run)
    {
        RequirePossible(run);
        long bytes = new FileInfo(Path.Combine(run.Path, RunFolder.MetricsName)) is { Exists: true } file ? file.Length : 0;
        for (var node = _kept.First; node is not null; node = node.Next)
            if (node.Value.Id == run.Id && node.Value.Bytes == bytes) return node.Value.Found;
        object found = (object?)SettledRates.Of(run.Path) ?? RunDiagnosis.Of(run.Path);
        foreach (var old in _kept.Where(kept => kept.Id == run.Id).ToList()) _kept.Remove(old);
        _kept.AddFirst((run.Id, bytes, found));
        if (_kept.Count > MostKept) _kept.RemoveLast();
        return found;
    }

    private static object Words(RunDiagnosis diagnosis, string? wanted)
    {
        var groups = DynamicsChart.GroupsOf(diagnosis);
        string group = wanted ?? groups.FirstOrDefault("");
        if (groups.Count > 0 && !groups.Contains(group)) throw new InputException($"group = {group}: the run has no such group of weights");
        var dynamics = groups.Count == 0 ? ((Lab.Charts.Chart Chart, IReadOnlyList<string> Sentences)?)null
            : DynamicsChart.Of(diagnosis, group);
        return new
        {
            Verdict = DiagnosisText.Verdict(diagnosis),
            Headline = string.Join(' ', DiagnosisText.Headline(diagnosis, int.MaxValue)),
            Flags = diagnosis.Flags.Select(flag => new { flag.Cause, flag.Shown, flag.Remedy, flag.Groups, flag.Phases }),
            diagnosis.Remarks,
            diagnosis.Checked,
            diagnosis.NotLookedAt,
            Phases = DiagnosisText.Phases(diagnosis, int.MaxValue).Skip(1).Select(line => line.TrimStart('-', ' ')),
            diagnosis.Log.Warnings,
            Groups = groups,
            Group = group,
            Chart = dynamics is { } drawn ? ChartJson.Of(drawn.Chart) : null,
            dynamics?.Sentences,
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _one.Dispose();
}
