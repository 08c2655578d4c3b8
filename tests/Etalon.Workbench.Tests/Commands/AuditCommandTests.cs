using System.Text.Json.Nodes;

namespace Etalon.Workbench.Tests.Commands;

public class AuditCommandTests
{
    [Theory]
    [InlineData("audit-step", "cifar-step.yaml", "model.name=preresnet-8")]
    [InlineData("audit-digits", "digits.yaml")]
    public async Task What_is_printed_is_approved(string name, string recipe, params string[] rest)
    {
        var (code, output, error) = await Cli.Run(["audit", Cli.Recipe(recipe), .. rest]);
        Assert.Equal((0, ""), (code, error));
        Cli.Approve(name, output);
    }

    [Fact]
    public async Task A_models_name_stands_for_a_recipe()
    {
        var (code, output, _) =
            await Cli.Run("audit", "resnet-8", "model.width=4", "model.affine=false", "model.epsilon=0", "model.head=frozen");
        Assert.Equal(0, code);
        Assert.Contains("All trained parameters together: scale-invariant", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_json_has_reasons_remedies_and_measurements()
    {
        var (code, output, _) = await Cli.Run("audit", "cnn", "model.width=4", "--json");
        Assert.Equal(0, code);
        var audit = JsonNode.Parse(output)!;
        Assert.True(audit["agrees"]!.GetValue<bool>());
        Assert.True(audit["group"]!["invariant"]!.GetValue<bool>());
        Assert.InRange(audit["group"]!["output_change"]!.GetValue<double>(), 0, 1e-9);
        Assert.False(audit["all_parameters"]!["invariant"]!.GetValue<bool>());
        Assert.Equal("head.bias", audit["all_parameters"]!["mismatch"]!["layer"]!.GetValue<string>());
        Assert.Equal("freeze head and head.bias, or leave them out of the group",
            audit["all_parameters"]!["remedies"]![0]!.GetValue<string>());
        var weight = audit["tensors"]![0]!;
        Assert.Equal(("stage1.conv1.weight", "speed"), (weight["name"]!.GetValue<string>(), weight["weight_decay"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_recipe_without_a_model_cannot_be_audited()
    {
        var (code, _, error) = await Cli.Run("audit", Cli.Recipe("plan-only.yaml"));
        Assert.Equal(2, code);
        Assert.Contains("an audit needs a model", error, StringComparison.Ordinal);
        Assert.Contains("of your own network: etalon export audit --for pytorch", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_has_examples()
    {
        var (code, output, _) = await Cli.Run("audit", "--help");
        Assert.Equal(0, code);
        Cli.Approve("help-audit", output);
    }
}
