using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.ParameterMixing;

/// <summary>What <see cref="ParameterMixingExperiment"/> found.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Tracks">Each run.</param>
/// <param name="Across">The test loss of the mean of the last states of two runs, for each pair of neighbors.</param>
internal sealed record ParameterMixingReport(
    ParameterMixingExperiment Experiment, IReadOnlyList<MixingTrack> Tracks, IReadOnlyList<double> Across)
{
    /// <summary>The distances as Markdown.</summary>
    public IEnumerable<string> Table =>
    [
        $"| {string.Join(" | ", ParameterMixingExperiment.Distances.Select(distance => $"squared distance after {distance}"))} |",
        $"|{string.Concat(ParameterMixingExperiment.Distances.Select(_ => "---|"))}",
        $"| {string.Join(" | ", ParameterMixingExperiment.Distances.Select((_, i) => Square(i)))} |", "",
        "| test loss | of a state | of the mean with another of its run | of the mean with another run's |", "|---|---|---|---|",
        $"| | {States} | {Within} | {new SeedSample(Across)} |",
    ];

    /// <summary>A squared distance, for each run.</summary>
    public SeedSample Square(int distance) => new([.. Tracks.Select(track => track.Squares[distance])]);

    /// <summary>The mean loss of the two states.</summary>
    public SeedSample States => new([.. Tracks.Select(track => (track.FirstLoss + track.LastLoss) / 2)]);

    /// <summary>The better of the two states.</summary>
    public SeedSample Better => new([.. Tracks.Select(track => Math.Min(track.FirstLoss, track.LastLoss))]);

    /// <summary>The loss of their mean.</summary>
    public SeedSample Within => new([.. Tracks.Select(track => track.MeanLoss)]);

    /// <summary>The distances, run by run.</summary>
    public Chart Picture => new("How far the directions of the weights go", "updates apart",
        [
            new("squared distance", [.. Tracks.Select((track, color) => new ChartLine($"seed {color + 1}",
                [.. ParameterMixingExperiment.Distances.Select(distance => (double)distance)], track.Squares) { Color = color })])
            { Height = 280 },
        ])
    {
        IsXLogarithmic = true,
        Legend = [.. Tracks.Select((_, seed) => $"seed {seed + 1}")],
    };

    /// <summary>All but the weights.</summary>
    public object Measurements => new
    {
        Squares = Tracks.Select(track => track.Squares),
        States = States.Values,
        Within = Within.Values,
        Across,
    };
}
