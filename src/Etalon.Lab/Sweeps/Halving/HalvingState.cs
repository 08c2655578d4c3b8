namespace Etalon.Lab.Sweeps;

/// <summary>
/// How far each configuration of a sweep with halving trains as things stand. It follows from the trials' metrics at the rungs alone, so
/// that whoever looks decides the same, and nothing but the run folders keeps it.
/// </summary>
internal sealed class HalvingState
{
    private readonly Dictionary<string, long> _until;
    private readonly Dictionary<SweepConfiguration, long> _stopped = [];

    private HalvingState(Dictionary<string, long> until) => _until = until;

    /// <summary>How far a trial trains as things stand, in updates from its beginning.</summary>
    public long UntilOf(Trial trial) => _until[trial.Id];

    /// <summary>The updates after which a configuration stands still; null where it goes on, or has come to its end.</summary>
    public long? StoppedAfter(SweepConfiguration configuration) =>
        _stopped.TryGetValue(configuration, out long updates) ? updates : null;

    /// <summary>Decides.</summary>
    /// <param name="sweep">The sweep; it has a halving.</param>
    /// <param name="trials">How its trials stand.</param>
    /// <param name="known">Metrics at rungs that were read before, which do not change; new ones are added.</param>
    /// <exception cref="InputException">A trial came to a rung and does not have the metric there.</exception>
    public static HalvingState Of(Sweep sweep, IReadOnlyList<TrialState> trials, Dictionary<(string Trial, long Rung), double> known)
    {
        var halving = sweep.Halving ?? throw new InvalidOperationException($"{sweep.Name} has no halving");
        var states = trials.ToDictionary(trial => trial.Trial.Id);
        var runners = sweep.Configurations.Select(configuration => new Runner(configuration,
            [.. configuration.Trials.Select(trial => states[trial.Id])], sweep.Metric, known)).ToList();
        var state = new HalvingState([]);
        var field = runners;
        bool isComplete = true;
        var rungs = halving.RungsOf(sweep.Configurations[0].Trials[0].Recipe);
        for (int i = 0; i < rungs.Count; i++)
        {
            long rung = rungs[i];
            var arrived = field.Where(runner => runner.IsAt(rung)).ToList();
            // Nobody else can come here. A diverged one has lost, and is no longer waited for.
            isComplete = isComplete && field.All(runner => runner.IsAt(rung) || runner.HasEnded);
            int places = arrived.Count / halving.Factor;
            if (isComplete && arrived.Count > 0) places = Math.Max(1, places);
            // A stable sort: equal values keep the order of the file.
            var best = arrived.OrderBy(runner => double.IsNaN(runner.ValueAt(rung)))
                .ThenBy(runner => (sweep.Metric.IsHigherBetter ? -1 : 1) * runner.ValueAt(rung)).Take(places).ToHashSet();
            // Who went on once, when fewer had come to compare with, goes on.
            foreach (var runner in field.Where(runner => !best.Contains(runner) && !runner.IsBeyond(rung)))
            {
                state.Set(runner, rung);
                if (runner.IsAt(rung)) state._stopped[runner.Configuration] = rung;
            }
            field = [.. field.Where(runner => best.Contains(runner) || runner.IsBeyond(rung))];
        }
        foreach (var runner in field) state.Set(runner, long.MaxValue);
        return state;
    }

    private void Set(Runner runner, long until)
    {
        foreach (var trial in runner.Trials) _until[trial.Trial.Id] = until;
    }

    // A configuration with how its trials stand.
    private sealed record Runner(SweepConfiguration Configuration, IReadOnlyList<TrialState> Trials, SweepMetric Metric,
        Dictionary<(string Trial, long Rung), double> Known)
    {
        public bool HasEnded => Trials.Any(trial => trial.Status is TrialStatus.Diverged or TrialStatus.Failed or TrialStatus.Damaged);

        public bool IsAt(long rung) => !HasEnded && Trials.All(trial => ValueOf(trial, rung) is not null);

        public bool IsBeyond(long rung) => Trials.Any(trial => trial.Status == TrialStatus.Done || trial.Updates > rung);

        public double ValueAt(long rung) => Trials.Average(trial => ValueOf(trial, rung)!.Value);

        private double? ValueOf(TrialState trial, long rung)
        {
            if (Known.TryGetValue((trial.Trial.Id, rung), out double value)) return value;
            if (TrialScore.AtRung(Metric, trial, rung) is not { } read) return null;
            return Known[(trial.Trial.Id, rung)] = read;
        }
    }
}
