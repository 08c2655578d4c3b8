using System.Collections.Concurrent;
using Etalon.Lab.Claims.Shared;
using Etalon.Lab.Data;
using Etalon.Lab.Training;

namespace Etalon.Lab.Claims.RateRobustness;

/// <summary>The claim that WNGrad is robust to its initial rate on networks too, by <see cref="RateRobustnessExperiment"/>.</summary>
internal sealed class RateRobustnessClaim : Claim
{
    /// <summary>The experiment, with the settings of the claim by default.</summary>
    public RateRobustnessExperiment Experiment { get; init; } = new();

    /// <inheritdoc/>
    public override string Name => "rate-robustness";

    /// <inheritdoc/>
    public override string Statement => "WNGrad trains networks, with normalization and without, at initial rates where gradient descent diverges.";

    /// <inheritdoc/>
    public override string Source => "Wu, Ward and Bottou 2018, *WNGrad: learn the learning rate in gradient descent*, the claim on deep learning.";

    /// <inheritdoc/>
    public override string Cost => "about seventy minutes on two cores";

    /// <inheritdoc/>
    public override ClaimReport Reproduce(ClaimRun run)
    {
        var experiment = Experiment with { Seeds = run.SeedsOr(Experiment.Seeds) };
        var data = experiment.Load();
        var outcomes = Train(experiment, data, run);
        var networks = experiment.Networks.Select(network => Gather(network, experiment.Seeds, 1.0 / data.ClassCount, outcomes)).ToList();
        return new ClaimReport(
            this, Setting(experiment), [.. networks.SelectMany(network => network.Checks)], [.. networks.SelectMany(Lines)],
            RateRobustnessText.Chart(networks), experiment.Runs.Select(one => Measurement(one, outcomes[one])));
    }

    private static Dictionary<SweepRun, SweepOutcome> Train(RateRobustnessExperiment experiment, DataSet data, ClaimRun run)
    {
        var runs = experiment.Runs.ToList();
        var kept = new OutcomeCache<SweepOutcome>(run.Folder);
        var outcomes = new ConcurrentDictionary<SweepRun, SweepOutcome>();
        var left = new ConcurrentDictionary<(SweepNetwork, SweepRule), int>(runs.GroupBy(one => (one.Network, one.Rule)).Select(group => KeyValuePair.Create(group.Key, group.Count())));
        ParallelRuns.ForEach(runs, run.Threads, one =>
        {
            var recipe = experiment.Recipe(one);
            outcomes[one] = kept.Get($"{one.Network.Name}-{one.Rule.Name}-{one.Rate:R}-seed{one.Seed}", new { recipe.Hash, data.ContentHash }, () => RateRobustnessExperiment.Train(recipe, data, run.Cancellation));
            if (left.AddOrUpdate((one.Network, one.Rule), 0, (_, before) => before - 1) == 0)
                run.Report($"{one.Network.Title}, {one.Rule.Title}: {one.Network.Rates.Count} rates trained, {outcomes.Count} of {runs.Count} runs done");
        }, run.Cancellation);
        return new(outcomes);
    }

    private static NetworkRobustness Gather(SweepNetwork network, int seeds, double chance, Dictionary<SweepRun, SweepOutcome> outcomes) =>
        new(network, [.. network.Rules.Select(rule => new RuleCurve(
            rule, network.Rates, [.. network.Rates.Select(rate => (IReadOnlyList<SweepOutcome>)[.. Enumerable.Range(1, seeds).Select(seed => outcomes[new(network, rule, rate, seed)])])], chance))]);

    private static string Setting(RateRobustnessExperiment experiment) =>
        $"{string.Join("; ", experiment.Networks.Select(network => $"{network.Title} ({network.Model}): {network.Updates} updates of {network.Batch} images"))}. "
        + $"{experiment.Set}, {experiment.TrainCount} training and {experiment.TestCount} test images, {experiment.Seeds} seeds of start and order, no momentum, no weight decay, no warm-up. Accuracy is the mean of {RateRobustnessExperiment.Looks} evaluations over the last fifth of a run, "
        + "of the weights that are trained; of DoG, as its authors want it, of their mean. A run diverged where a loss or a gradient was not finite; it counts as guessing. Between the rates that were run accuracies are taken on straight lines over the logarithm of the rate.";

    private static IEnumerable<string> Lines(NetworkRobustness network) =>
    [
        $"## {network.Network.Title}", "", .. RateRobustnessText.Ranges(network), "", .. RateRobustnessText.Accuracies(network), "", .. RateRobustnessText.Losses(network), "",
    ];

    private static object Measurement(SweepRun run, SweepOutcome outcome) =>
        new { Network = run.Network.Name, Rule = run.Rule.Name, run.Rate, run.Seed, outcome.Updates, outcome.Loss, outcome.TestLoss, outcome.Accuracy, outcome.HasDiverged };
}
