using Etalon.Engine;
using Etalon.Lab;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Invariance;
using Etalon.Lab.Models;
using Etalon.Lab.Recipes;
using Etalon.Workbench.Commands;

namespace Etalon.Workbench.Tests.Diagnosis;

public class AuditTests
{
    public static TheoryData<string, NormKind> Networks
    {
        get
        {
            var all = new TheoryData<string, NormKind>();
            foreach (string model in (string[])["mlp", "cnn", "resnet-8", "preresnet-8"])
                foreach (var norm in Enum.GetValues<NormKind>().Where(norm => norm != NormKind.Rms))
                    if (model != "mlp" || norm != NormKind.Instance) all.Add(model, norm);
            return all;
        }
    }

    [Theory, MemberData(nameof(Networks))]
    public void The_weights_that_training_takes_for_scale_invariant_are_so_in_every_model(string model, NormKind norm)
    {
        foreach (bool affine in (bool[])[true, false])
            foreach (string head in (string[])["trained", "frozen"])
            {
                var report = Of(model, norm, affine, head);
                Assert.Empty(report.Disagreements);
                Assert.Equal(norm != NormKind.None, report.Group.IsInvariant);
                Assert.Equal(norm != NormKind.None && head == "frozen" && !affine, report.AllParameters.IsInvariant);
                Assert.All(report.Tensors, tensor => Assert.Equal(
                    norm != NormKind.None && tensor.Shape.Count > 1 && tensor.Name != "head.weight",
                    tensor.Decay != DecayEffect.Regularizes));
            }
    }

    [Theory]
    [InlineData("trained", 9)]
    [InlineData("tied", 4)]
    public void In_a_transformer_writers_are_a_group_queries_and_keys_stand_alone_and_a_tied_head_leaves_those(string head, int count)
    {
        var report = Audit.Of(RecipeReader.Read(
            $"{{duration: 1ba, learning_rate: 0.1, data: {{set: text, batch: 8}}, model: {{name: transformer, layers: 2, width: 16, "
            + $"head: {head}}}}}").Recipe, threads: 1);
        Assert.Empty(report.Disagreements);
        Assert.True(report.Group.IsInvariant);
        Assert.Equal(4, report.Tensors.Count(tensor => tensor.Decay == DecayEffect.Speed));
        Assert.Equal(count, report.Tensors.Count(tensor => tensor.Decay != DecayEffect.Regularizes));
    }

    [Fact]
    public void A_weight_that_a_normalization_reads_alone_is_invariant_alone_and_one_in_the_residual_stream_with_its_group()
    {
        var report = Of("preresnet-8", NormKind.Batch, affine: true, "trained");
        Assert.Equal(DecayEffect.Speed, Tensor("stage1.block1.conv1.weight").Decay);
        Assert.True(Tensor("stage1.block1.conv1.weight").Channel.IsInvariant);
        Assert.Equal(DecayEffect.SpeedInGroup, Tensor("stem.weight").Decay);
        Assert.Equal(DecayEffect.SpeedInGroup, Tensor("stage1.block1.conv2.weight").Decay);
        Assert.Equal(DecayEffect.Regularizes, Tensor("final.norm.scale").Decay);
        Assert.Equal(DecayEffect.Regularizes, Tensor("head.weight").Decay);
        TensorAudit Tensor(string name) => report.Tensors.Single(tensor => tensor.Name == name);
    }

    [Theory]
    [InlineData(NormKind.Batch, false, "frozen", "")]
    [InlineData(NormKind.Batch, false, "trained", "model.head=frozen")]
    [InlineData(NormKind.Layer, true, "frozen", "model.affine=false")]
    [InlineData(NormKind.Group, true, "trained", "model.head=frozen model.affine=false")]
    [InlineData(NormKind.None, true, "trained", "model.head=frozen model.affine=false model.norm=batch")]
    public void The_fewest_changes_of_the_recipe_are_found(NormKind norm, bool affine, string head, string changes)
    {
        var report = Of("preresnet-8", norm, affine, head);
        Assert.Equal(changes, string.Join(' ', report.AllParameters.RecipeChanges));
        Assert.Equal(norm == NormKind.None ? ["model.norm=batch"] : [], report.Group.RecipeChanges);
    }

    [Fact]
    public void The_recipes_own_epsilon_is_measured_beside_the_exact_verdict()
    {
        Assert.Null(Of("cnn", NormKind.Batch, affine: false, "frozen", epsilon: 0).ChangeWithEpsilon);
        double small = Of("cnn", NormKind.Batch, affine: false, "frozen", epsilon: 1e-5).ChangeWithEpsilon!.Value;
        double large = Of("cnn", NormKind.Batch, affine: false, "frozen", epsilon: 1e-3).ChangeWithEpsilon!.Value;
        // To first order in epsilon.
        Assert.InRange(small, 1e-7, 1e-2);
        Assert.InRange(large / small, 20, 200);
    }

    [Fact]
    public void A_measurement_against_the_rules_is_a_disagreement()
    {
        var report = Of("cnn", NormKind.Batch, affine: false, "frozen");
        var first = report.Tensors[0];
        var wrong = report with { Tensors = [first with { Alone = first.Alone with { Measured = new ScalingMeasurement(0.5, 0.1) } }] };
        Assert.Equal(
            ["stage1.conv1.weight: by the rules scale-invariant, but measured: outputs change by 5.0e-1, cos(g, w) = 1.0e-1"],
            wrong.Disagreements);
        Assert.Contains("do not trust this audit", AuditText.Check(wrong, 100)[0], StringComparison.Ordinal);
        var half = report with { Tensors = [first with { Alone = first.Alone with { Measured = new ScalingMeasurement(0, 0.1) } }] };
        Assert.Single(half.Disagreements);
    }

    [Fact]
    public void Outputs_that_are_not_numbers_are_no_invariance() =>
        Assert.False(new ScalingMeasurement(double.NaN, 0).IsInvariant);

    [Fact]
    public void An_mlp_whose_normalization_leaves_nothing_is_refused() =>
        Assert.Contains("normalizes single numbers",
            Assert.Throws<InputException>(() => Of("mlp", NormKind.Instance, affine: false, "frozen")).Message, StringComparison.Ordinal);

    private static AuditReport Of(string model, NormKind norm, bool affine, string head, double epsilon = 0) => Audit.Of(
        RecipeReader.Read(
            $"duration: 1ep\ndata: {{set: digits}}\nlearning_rate: 0.1\nmodel: {{name: {model}{(model == "mlp" ? "" : ", width: 8")}, "
            + $"norm: {norm.ToString().ToLowerInvariant()}, affine: {(affine ? "true" : "false")}, head: {head}, epsilon: {epsilon:R}}}\n",
            "recipe",
            model == "mlp" ? ["model.hidden=[12, 16]", .. norm == NormKind.Group ? (string[])["model.groups=4"] : []] : []).Recipe,
        threads: 2);
}
