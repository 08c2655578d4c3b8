using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Advice;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.Recipes;

namespace Etalon.Workbench.Options;

/// <summary>What is said of a log beside it: its decay, its optimizer, its epochs, what its series are called.</summary>
internal sealed class LogOptions
{
    public LogOptions() => WordOption.Allow(Optimizer, ["sgd", "adamw", "lion"], OfCoupledDecay);

    public Option<double?> WeightDecay { get; } =
        NumberOption.Real("--weight-decay", "LAMBDA", "The weight decay, where a log of another tool does not say it.");
    public Option<string?> Optimizer { get; } =
        new("--optimizer") { Description = "sgd, adamw or lion, where a log does not say it: what the decay does.", HelpName = "NAME" };
    public Option<double?> Momentum { get; } =
        NumberOption.Real("--momentum", "MU", "SGD's momentum, or beta1; the log's, or 0.9, unless given.");
    public Option<long?> StepsPerEpoch { get; } =
        NumberOption.Whole("--steps-per-epoch", "N", "Updates of an epoch, where steps are epochs or times should be told in them.");
    public Option<string[]> Map { get; } = new("--map")
    {
        Description = "What a log calls a number, such as lr=opt/rate; also weight_decay, momentum, grad_norm, loss, and norms as in "
            + "norm/all=max_norm.",
        HelpName = "NAME=SERIES"
    };
    public Option<string?> OfRun { get; } = new("--run") { Description = "Which run, where an export has several.", HelpName = "NAME" };

    private static string? OfCoupledDecay(string word) => word == "adam"
        ? "the decay of torch.optim.Adam is in the gradient, and what it does depends on how large gradients are, which no such log says; "
            + "a log of `etalon export logger` does. For a decay of AdamW's kind write adamw; without a decay leave both options out"
        : null;

    /// <summary>All of them, in the order of the help.</summary>
    public IReadOnlyList<Option> All => [WeightDecay, Optimizer, Momentum, StepsPerEpoch, Map, OfRun];

    /// <summary>The first of them that was given; null where none was.</summary>
    public Option? Given(ParseResult parsed) => All.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false });

    /// <summary>What they say.</summary>
    /// <exception cref="InputException">A number is out of its range, or a name is not one of a quantity.</exception>
    public LogQuestion QuestionOf(ParseResult parsed)
    {
        string[] quantities = ["lr", "weight_decay", "momentum", "grad_norm", "loss"];
        var map = new Dictionary<string, string>();
        foreach (var pair in parsed.GetValue(Map) ?? [])
        {
            int equals = pair.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? pair : pair[..equals];
            if (equals <= 0 || !(quantities.Contains(name) || MappedLog.IsColumn(name)))
                throw new InputException($"--map {pair}: must be NAME=SERIES, with one of {string.Join(", ", quantities)} for NAME, or a "
                    + "quantity of a group of weights, such as norm/GROUP or gradsq/GROUP");
            if (!map.TryAdd(name, pair[(equals + 1)..]))
                throw new InputException($"--map {pair}: {name} is {map[name]} already; leave one of the two out");
        }
        UnusualSize.Warn(
            $"{WeightDecay.Name} ", parsed.GetValue(WeightDecay), ScheduledQuantity.WeightDecay, parsed.InvocationConfiguration.Error);
        if (parsed.GetValue(WeightDecay) is { } decay and not (>= 0 and <= 1e30))
            throw new InputException($"--weight-decay {decay}: must be at least 0");
        if (parsed.GetValue(Momentum) is { } momentum and not (>= 0 and < 1))
            throw new InputException($"--momentum {momentum}: must be at least 0 and below 1");
        if (parsed.GetValue(StepsPerEpoch) is { } steps and not (>= 1 and <= 1L << 40))
            throw new InputException($"--steps-per-epoch {steps}: must be at least 1");
        return new()
        {
            WeightDecay = parsed.GetValue(WeightDecay),
            Momentum = parsed.GetValue(Momentum),
            StepsPerEpoch = parsed.GetValue(StepsPerEpoch),
            Run = parsed.GetValue(OfRun),
            Map = map,
            Optimizer = parsed.GetValue(Optimizer) switch
            {
                "sgd" => AdvisedOptimizer.Sgd,
                "adamw" => AdvisedOptimizer.AdamW,
                "lion" => AdvisedOptimizer.Lion,
                _ => null,
            },
        };
    }
}
