using System.Text.Json.Nodes;
using System.Xml.Linq;

namespace Etalon.Workbench.Tests.Commands;

public sealed class SimulateCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("etalon-simulate-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_scenario_prints_setting_findings_curves_and_meaning()
    {
        var (code, output, error) =
            await Cli.Run("simulate", "relaxation", "--replicas", "20", "--dimension", "16", "--weight-decay", "0.05");
        Assert.Equal((0, ""), (code, error));
        Cli.Approve("simulate-relaxation", output);
    }

    [Fact]
    public async Task What_differs_from_the_theory_is_named_and_fails()
    {
        var (code, output, _) = await Cli.Run("simulate", "bursts", "--steps", "100", "--replicas", "4");
        Assert.Equal(1, code);
        Assert.Contains("DIFFERS: ", output, StringComparison.Ordinal);
        Assert.Contains("No cycle ended within 100 updates", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Findings_as_json_curves_as_csv_and_as_a_picture()
    {
        string csv = Path.Combine(folder, "wells.csv"), svg = Path.Combine(folder, "wells.svg");
        var (code, output, error) =
            await Cli.Run("simulate", "wells", "--weight-decay", "0.04", "--replicas", "500", "--json", "--csv", csv, "--svg", svg);
        Assert.Equal((0, $"wrote {csv}\nwrote {svg}\n"), (code, error));
        var json = JsonNode.Parse(output)!;
        Assert.True(json["holds"]!.GetValue<bool>());
        Assert.Equal("distance A-B at 4 units", json["findings"]![0]!["quantity"]!.GetValue<string>());
        var rows = await File.ReadAllLinesAsync(csv, TestContext.Current.CancellationToken);
        Assert.Equal("panel,curve,mixing units,value", rows[0]);
        Assert.Equal(1 + 2 * 33, rows.Length);
        Assert.Equal("Kolmogorov-Smirnov distance,\"A-B, ηλ = 0.004\",0,0", rows[1]);
        Assert.Equal(2, XDocument.Load(svg).Root!.Elements().Count(element => element.Name.LocalName == "path"));
    }

    [Theory]
    [InlineData("--rate 0: must be more than 0, such as 0.1\n--replicas 1: must be from 2 to 1000000; a standard error needs two\n",
        "equilibrium", "--rate", "0", "--replicas", "1")]
    [InlineData("--factor 1: must be more than 1 and at most 1e6, such as 10\n", "drop", "--factor", "1")]
    [InlineData(
        "--steps 1000000 times --replicas 100: must be at most 50000000, since every update of each is kept; lower one of the two\n",
        "bursts", "--steps", "1000000")]
    public async Task Bad_input_says_all_that_is_wrong(string expected, params string[] arguments)
    {
        var (code, output, error) = await Cli.Run(["simulate", .. arguments]);
        Assert.Equal((2, "", expected), (code, output, error));
    }

    [Theory]
    [InlineData("did you mean equilibrium?", "equilibrum")]
    [InlineData("--momentum: no such option", "wells", "--momentum", "0.9")]
    [InlineData("--rate fast: must be a finite number", "drop", "--rate", "fast")]
    public async Task A_scenario_or_an_option_that_does_not_exist_is_refused(string cause, params string[] arguments)
    {
        var (code, _, error) = await Cli.Run(["simulate", .. arguments]);
        Assert.Equal(2, code);
        Assert.Contains(cause, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_examples()
    {
        var (_, output, _) = await Cli.Run("simulate", "--help");
        Cli.Approve("help-simulate", output);
        (_, output, _) = await Cli.Run("simulate", "equilibrium", "--help");
        Cli.Approve("help-simulate-equilibrium", output);
    }
}
