using Etalon.Lab.Charts;
using Etalon.Lab.Claims.Shared;

namespace Etalon.Lab.Claims.ToyCone;

/// <summary>What <see cref="ToyConeExperiment"/> found.</summary>
/// <param name="Experiment">What was run.</param>
/// <param name="Settings">Each setting with a track for each seed.</param>
internal sealed record ToyConeReport(ToyConeExperiment Experiment, IReadOnlyList<(string Name, IReadOnlyList<ToyTrack> Tracks)> Settings)
{
    /// <summary>The mean errors of a setting, for each seed.</summary>
    public SeedSample Error(string name) => new([.. Tracks(name).Select(track => track.MeanError)]);

    /// <summary>The longest time of a setting in the cone, over the bound, for each seed.</summary>
    public SeedSample Wait(string name) => new([.. Tracks(name).Select(track => track.Wait)]);

    /// <summary>A row for each setting.</summary>
    public IEnumerable<string> Table =>
    [
        "| setting | error, second half | \\|w\\| at the end | longest time in the cone, of the bound |",
        "|---|---|---|---|",
        .. Settings.Select(setting => $"| {setting.Name} | {Error(setting.Name).ToString("0.0000")} | "
            + $"{new SeedSample([.. setting.Tracks.Select(track => track.Norm)])} | {Wait(setting.Name)} |"),
    ];

    /// <summary>The errors over the run, first seed.</summary>
    public Chart Picture => new("The toy example: share of wrong classes", "share of the run",
        [
            new("error", [.. Shown.Select((setting, color) => new ChartLine(setting.Name,
                [.. Enumerable.Range(0, setting.Tracks[0].Errors.Count).Select(i => i / (double)setting.Tracks[0].Errors.Count)],
                setting.Tracks[0].Errors) { Color = color })]) { Height = 320, IsLogarithmic = true },
        ])
    {
        Legend = [.. Shown.Select(setting => setting.Name)],
    };

    /// <summary>All of it.</summary>
    public object Measurements => Settings.Select(setting => new
    {
        setting.Name,
        Errors = Error(setting.Name).Values,
        Waits = Wait(setting.Name).Values,
    });

    private IEnumerable<(string Name, IReadOnlyList<ToyTrack> Tracks)> Shown =>
        Settings.Where(setting => !setting.Name.EndsWith("rescaled", StringComparison.Ordinal));

    private IReadOnlyList<ToyTrack> Tracks(string name) => Settings.Single(setting => setting.Name == name).Tracks;
}
