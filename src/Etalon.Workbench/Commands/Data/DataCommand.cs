using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Workbench.Terminals;

namespace Etalon.Workbench.Commands;

/// <summary>
/// <c>etalon data list | get | check | show</c>: which data sets there are, where they are, whether they are the published ones, and what
/// they show.
/// </summary>
internal static class DataCommand
{
    /// <summary>Another base address for downloads than the published ones: the files of a set are looked for in BASE/SET/.</summary>
    private const string BaseVariable = "ETALON_DATA_BASE";

    private static readonly JsonSerializerOptions Json =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>The command with its verbs.</summary>
    public static Command Create()
    {
        var command = new Command("data",
            "Data sets: which there are, how to get them, whether they are intact, what they show. Alone it lists them.")
        {
            CreateList(),
            CreateGet(),
            CreateCheck(),
            DataShowCommand.Create(SetArgument()),
        };
        command.SetAction(parsed => List(parsed.InvocationConfiguration.Output, json: false));
        return command;
    }

    private static Command CreateList()
    {
        var json = JsonOption();
        var command = new Command("list", "Lists the data sets and where each was found.") { json };
        command.SetAction(parsed => List(parsed.InvocationConfiguration.Output, parsed.GetValue(json)));
        return command;
    }

    private static Command CreateGet()
    {
        var set = SetArgument();
        var from = new Option<string?>("--from")
        {
            Description =
                $"The address of the folder with the published files; without it {BaseVariable}/SET, or else where they are published.",
            HelpName = "BASE_URL",
        };
        var to = new Option<string?>("--to") { Description = "The folder to put them in; the cache unless named.", HelpName = "DIR" };
        var command = new Command("get", "Fetches a data set, goes on where an earlier download ended, and checks it.") { set, from, to };
        command.SetAction((parsed, cancellation) =>
        {
            var entry = DataCatalog.Find(parsed.GetRequiredValue(set));
            var folder = parsed.GetValue(to) ?? DataPlaces.OfThisMachine.CacheFolder(entry);
            var streams = parsed.InvocationConfiguration;
            return GetAsync(entry, AddressOf(entry, parsed.GetValue(from)), folder, streams.Output, streams.Error, cancellation);
        });
        return command;
    }

    private static Command CreateCheck()
    {
        var set = SetArgument();
        var folder = new Option<string?>("--folder")
        {
            Description = "The folder that holds its files; the usual places unless named.",
            HelpName = "F"
        };
        var json = JsonOption();
        var command = new Command("check", "Reads a data set, verifies its checksums and prints its means and standard deviations.") { set,
            folder, json };
        command.SetAction(parsed => Check(
            DataCatalog.Find(parsed.GetRequiredValue(set)), parsed.GetValue(folder), parsed.InvocationConfiguration.Output,
            parsed.GetValue(json)));
        return command;
    }

    private static Argument<string> SetArgument() => new("set")
    {
        Description = $"One of {string.Join(", ", DataCatalog.All.Select(entry => entry.Name))}.",
        HelpName = "SET",
    };

    private static Option<bool> JsonOption() => new("--json") { Description = "Prints JSON." };

    private static void List(TextWriter output, bool json)
    {
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(DataCatalog.All.Select(Describe), Json));
            return;
        }
        output.WriteLine($"{"set",-14} {"training",9} {"test",7}  {"size",-8} {"classes",7}  where");
        foreach (var entry in DataCatalog.All)
        {
            var where = DataPlaces.OfThisMachine.TryFind(entry)?.ToString() ?? $"not here; etalon data get {entry.Name}";
            output.WriteLine(
                $"{entry.Name,-14} {entry.TrainingCount,9:N0} {entry.TestCount,7:N0}  {entry.Image,-8} {entry.ClassCount,7}  {where}");
        }

        static object Describe(CatalogEntry entry) => new
        {
            entry.Name,
            entry.Title,
            entry.TrainingCount,
            entry.TestCount,
            entry.Image.Height,
            entry.Image.Width,
            entry.Image.Channels,
            entry.ClassCount,
            entry.Citation,
            Location = DataPlaces.OfThisMachine.TryFind(entry)?.ToString(),
        };
    }

    private static async Task GetAsync(
        CatalogEntry entry, Uri? from, string folder, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        using var client = new HttpClient();
        client.DefaultRequestHeaders.UserAgent.Add(new("etalon", null));
        var display = new DownloadDisplay(error, Terminal.Of(error).IsTerminal);
        try
        {
            var location = await new DataDownload(client).GetAsync(entry, from, folder, display, cancellation).ConfigureAwait(false);
            output.WriteLine($"{entry.Name} is in {location}");
        }
        catch (OperationCanceledException exception) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(
                $"data get was interrupted; what was received stays in {folder}, and the same command goes on from there", exception,
                cancellation);
        }
    }

    private static void Check(CatalogEntry entry, string? folder, TextWriter output, bool json)
    {
        var location = folder is null ? DataPlaces.OfThisMachine.Find(entry) : DataPlaces.InFolder(entry, folder);
        var set = entry.Load(location);
        if (json)
        {
            output.WriteLine(JsonSerializer.Serialize(new
            {
                set.Name,
                Location = location.ToString(),
                TrainingCount = set.Training.Count,
                TestCount = set.Test.Count,
                set.Statistics.Means,
                set.Statistics.StandardDeviations,
                set.ContentHash,
            }, Json));
            return;
        }
        output.WriteLine(
            $"{entry.Title} ({location}) is intact: {set.Training.Count:N0} training and {set.Test.Count:N0} test images of {set.Image}, "
            + $"{set.ClassCount} classes");
        output.WriteLine(
            $"means                "
            + $"{string.Join("  ", set.Statistics.Means.Select(mean => mean.ToString("F6", CultureInfo.InvariantCulture)))}");
        output.WriteLine(
            $"standard deviations  "
            + $"{string.Join("  ",
            set.Statistics.StandardDeviations.Select(deviation => deviation.ToString("F6", CultureInfo.InvariantCulture)))}");
        output.WriteLine($"content sha256       {set.ContentHash}");
    }

    private static Uri? AddressOf(CatalogEntry entry, string? from)
    {
        var (name, text) = ("--from", from);
        if (text is null && Environment.GetEnvironmentVariable(BaseVariable) is { Length: > 0 } root)
            (name, text) = (BaseVariable, $"{root.TrimEnd('/')}/{entry.Name}/");
        if (text is null) return null;
        return Uri.TryCreate(text, UriKind.Absolute, out var address)
            && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : throw new InputException(
            $"{name} is \"{text}\", which is not an address; it begins with http:// or https:// and names the folder of the files.");
    }
}
