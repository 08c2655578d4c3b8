using Etalon.Lab.Models;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Models;

public class TransformerTests
{
    private static readonly string[] Attention =
        ["block1.query.weight", "block1.key.weight", "block2.query.weight", "block2.key.weight"];

    private static readonly string[] Writers =
        ["embedding.weight", "block1.output.weight", "block1.down.weight", "block2.output.weight", "block2.down.weight"];

    [Fact]
    public void Scale_invariant_are_queries_keys_and_all_writers_into_the_stream()
    {
        var classes = Classes("");
        Assert.Equal([.. Attention, .. Writers], Covered(classes).Order(StringComparer.Ordinal).OrderBy(Writers.Contains)
            .ThenBy(name => Array.IndexOf(Attention, name)).ThenBy(name => Array.IndexOf(Writers, name)));
        Assert.Equal(5, classes.Groups.Count);
        Assert.True(classes.IsIn(ParameterClass.Head, "head.weight"));
        Assert.True(classes.IsIn(ParameterClass.Norm, "block1.query_norm.scale"));
        Assert.False(classes.IsIn(ParameterClass.ScaleInvariant, "block1.value.weight"));
    }

    [Theory]
    [InlineData("head: tied")]
    [InlineData("head: tied, positions: learned, norm: layer, activation: swiglu")]
    public void With_a_tied_head_only_queries_and_keys_are(string options)
    {
        Assert.Equal(Attention, Covered(Classes(options)));
        Assert.False(Classes(options).HasAny(ParameterClass.Head, []));
    }

    [Fact]
    public void Without_QK_norm_only_the_writers_are() => Assert.Equal(Writers, Covered(Classes("qk_norm: false, activation: swiglu")));

    [Fact]
    public void Its_canonical_recipe_reads_to_the_same_hash_with_every_key()
    {
        foreach (string options in new[] { "", "layers: 3, heads: 8, qk_norm: false, activation: swiglu, positions: learned, head: tied" })
        {
            var recipe = Recipe(options);
            Assert.Equal(recipe.Hash, RecipeReader.Read(RecipeWriter.ToJson(recipe).ToJsonString()).Recipe.Hash);
        }
        Assert.NotEqual(Recipe("").Hash, Recipe("heads: 2").Hash);
        Assert.Equal((128, NormKind.Rms, 4), (Recipe("").Model!.Width, Recipe("").Model!.Norm, Recipe("").Model!.Transformer!.Layers));
    }

    [Theory]
    [InlineData("heads: 3", "model: 3 heads do not divide a width of 128; choose a divisor")]
    [InlineData("width: 12, heads: 4",
        "model: heads of 3 numbers cannot be turned in pairs; choose another width or heads, or positions: learned")]
    [InlineData("width: 4, positions: learned",
        "model: heads of one number leave nothing to normalize; choose fewer heads, or qk_norm: false")]
    [InlineData("norm: batch", "model.norm = batch: a transformer has rms or layer")]
    [InlineData("layers: 0", "model.layers = 0: must be from 1 to 100; the usual choice is 4")]
    [InlineData("activation: relu", "model.activation = relu: must be one of gelu, swiglu")]
    [InlineData("head: untied", "model.head = untied: must be one of trained, frozen, tied")]
    public void What_does_not_fit_is_refused_with_the_rule(string options, string problem) =>
        Assert.Contains(problem, Assert.Throws<InputException>(() => Recipe(options)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("{name: preresnet-8, heads: 2}", "model.heads = 2: only a transformer has it; remove the key, or write name: transformer")]
    [InlineData("{name: mlp, norm: rms}", "model.norm = rms: only a transformer has it; write batch, group, layer, instance or none")]
    [InlineData("{name: cnn, head: tied}", "model.head = tied: only a transformer has an embedding to tie it to; write trained or frozen")]
    [InlineData("{name: transfomer}", "model.name = transfomer: no such model; did you mean transformer?")]
    public void What_only_a_transformer_has_is_refused_elsewhere(string model, string problem) =>
        Assert.Contains(problem,
            Assert.Throws<InputException>(
                () => RecipeReader.Read($"{{duration: 1ba, steps_per_epoch: 1, learning_rate: 0.1, model: {model}}}")).Message,
            StringComparison.Ordinal);

    private static Recipe Recipe(string options) => RecipeReader.Read(
        $"{{duration: 1ba, learning_rate: 0.1, data: {{set: text, batch: 8}}, model: {{name: transformer{(options.Length > 0 ? ", " : "")}"
        + $"{options}}}}}").Recipe;

    private static ParameterClasses Classes(string options) =>
        ParameterClasses.Of(Recipe($"layers: 2, width: 16{(options.Length > 0 ? ", " : "")}{options}").Model!);

    private static IEnumerable<string> Covered(ParameterClasses classes) =>
        classes.Studied.Where(name => classes.IsIn(ParameterClass.ScaleInvariant, name));
}
