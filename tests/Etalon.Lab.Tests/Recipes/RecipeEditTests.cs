using System.Text.Json;
using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

public sealed class RecipeEditTests
{
    private const string Text = """
        # my recipe
        duration: 20ep      # long enough
        data: {set: digits, batch: 64}
        model:
          name: preresnet-8   # small

        learning_rate:
          - linear: {from: 0, to: 0.1, for: 1ep}   # warm-up
          - cosine: {from: 0.1, to: 0}
        weight_decay: 5e-4
        """;

    [Theory]
    [InlineData("data.batch=7", "data: {set: digits, batch: 64}", "data: {set: digits, batch: 7}")]
    [InlineData("duration=31ep", "duration: 20ep      # long", "duration: 31ep      # long")]
    [InlineData("data.augment=none", "batch: 64}", "batch: 64, augment: none}")]
    [InlineData("model.width=4", "  name: preresnet-8   # small\n", "  name: preresnet-8   # small\n  width: 4\n")]
    [InlineData("learning_rate.1.cosine.to=0.01", "to: 0}", "to: 0.01}")]
    [InlineData("momentum=0.9", "weight_decay: 5e-4", "weight_decay: 5e-4\nmomentum: 0.9\n")]
    [InlineData("loss.label_smoothing=0.1", "weight_decay: 5e-4", "weight_decay: 5e-4\nloss: {label_smoothing: 0.1}\n")]
    [InlineData("weight_decay=null", "\nweight_decay: 5e-4", "\n")]
    [InlineData("data.batch=null", ", batch: 64}", "}")]
    [InlineData("data={set: digits}", "{set: digits, batch: 64}", "{set: digits}")]
    [InlineData("learning_rate.0.linear={from: 0, to: 1}", "{from: 0, to: 0.1, for: 1ep}", "{from: 0, to: 1}")]
    [InlineData("learning_rate=[0.1]", "\n  - linear: {from: 0, to: 0.1, for: 1ep}   # warm-up\n  - cosine: {from: 0.1, to: 0}", " [0.1]")]
    public void Only_what_was_asked_for_is_changed(string change, string was, string now)
    {
        Assert.Equal(Text.Replace(was, now, StringComparison.Ordinal), RecipeEdit.With(Text, [change]));
    }

    [Theory]
    [InlineData("data.batch=7")]
    [InlineData("model.width=4")]
    [InlineData("optimizer={nesterov: true}", "momentum=0.9")]
    [InlineData("learning_rate.0.linear.for=2ep", "data.train=640")]
    [InlineData("learning_rate={wsd: {peak: 0.1, decay: 20%}}", "learning_rate.wsd.warmup=1ep", "data=null", "steps_per_epoch=23")]
    public void The_changed_text_is_the_recipe_with_its_overrides(params string[] changes)
    {
        var edited = RecipeEdit.With(Text, changes)!;
        Assert.Equal(RecipeReader.Read(Text, "recipe", changes).Recipe.Hash, RecipeReader.Read(edited).Recipe.Hash);
        Assert.Equal(RecipeReader.Read(Text.Replace("\n", "\r\n", StringComparison.Ordinal), "recipe", changes).Recipe.Hash,
            RecipeReader.Read(RecipeEdit.With(Text.Replace("\n", "\r\n", StringComparison.Ordinal), changes)!).Recipe.Hash);
        Assert.Contains(
            "# warm-up".Length > 0 && changes[0].StartsWith("learning_rate={", StringComparison.Ordinal) ? "# my recipe" : "# warm-up",
            edited, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a: {b: {c: 1}}", "a.d=2", "a: {b: {c: 1}, d: 2}")]
    [InlineData("a: {b: [1, {c: []}]}", "a.d=2", "a: {b: [1, {c: []}], d: 2}")]
    [InlineData("a: [{b: 1}, {c: 2}]", "a.0={d: 3}", "a: [{d: 3}, {c: 2}]")]
    [InlineData("a: {b: {}, c: 1}", "a.b=2", "a: {b: 2, c: 1}")]
    [InlineData("a: {b: {c: 1}, d: {e: 1}}", "a.d=null", "a: {b: {c: 1}}")]
    public void Brackets_belong_to_what_they_enclose(string text, string change, string edited) =>
    Assert.Equal(edited, RecipeEdit.With(text, [change]));

    [Theory]
    [InlineData("equivalent.form=texp++",
        """{"duration": "20ep", "data": {"set": "digits"}, "learning_rate": 0.1, "equivalent": {"form": "texp++"}}""")]
    [InlineData("duration=31ep", """{"duration": "31ep", "data": {"set": "digits"}, "learning_rate": 0.1}""")]
    [InlineData("data.batch=7", """{"duration": "20ep", "data": {"set": "digits", "batch": 7}, "learning_rate": 0.1}""")]
    [InlineData("learning_rate={cosine: {from: 1e-1, to: 0}}",
        """{"duration": "20ep", "data": {"set": "digits"}, "learning_rate": {"cosine": {"from": 1e-1, "to": 0}}}""")]
    public void Json_stays_json(string change, string edited)
    {
        const string Json = """{"duration": "20ep", "data": {"set": "digits"}, "learning_rate": 0.1}""";
        Assert.Equal(edited, RecipeEdit.With(Json, [change]));
        using var read = JsonDocument.Parse(edited);
        Assert.Equal(RecipeReader.Read(Json, "recipe", [change]).Recipe.Hash, RecipeReader.Read(edited).Recipe.Hash);
    }

    [Fact]
    public void Rates_are_changed_where_they_stand_and_the_file_of_a_table_gets_a_factor()
    {
        var edited = RecipeEdit.WithRates(Text, value => $"{value * 2:G12}", "2")!;
        Assert.Equal(
            Text.Replace("to: 0.1,", "to: 0.2,", StringComparison.Ordinal).Replace("from: 0.1,", "from: 0.2,", StringComparison.Ordinal),
            edited);
        Assert.Contains("learning_rate: {scaled: {factor: 2, of: {table: {file: a.csv}}}}",
            RecipeEdit.WithRates("learning_rate: {table: {file: a.csv}}\n", value => $"{value}", "2"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_stands_beside_a_single_value_has_no_place() => Assert.Null(RecipeEdit.With(Text, ["weight_decay.constant.value=1"]));
}
