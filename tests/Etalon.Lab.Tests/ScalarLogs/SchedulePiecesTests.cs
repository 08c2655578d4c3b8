using System.Globalization;
using Etalon.Lab.LoggedSchedules;
using Etalon.Lab.Recipes;
using Etalon.Lab.ScalarLogs;

namespace Etalon.Lab.Tests.ScalarLogs;

public class SchedulePiecesTests
{
    [Theory]
    [InlineData("constant", "constant at 0.1", "0.1")]
    [InlineData("cosine", "cosine from 0.1 to 0", "{cosine: {from: 0.1, to: 0}}")]
    [InlineData("cosine to a tenth", "cosine from 0.1 to 0.01", "{cosine: {from: 0.1, to: 0.01}}")]
    [InlineData("linear", "linear from 0.1 to 0", "{linear: {from: 0.1, to: 0}}")]
    [InlineData("steps", "times 0.1 at 1,000, 1,500", "{steps: {start: 0.1, at: [1000ba, 1500ba], factor: 0.1}}")]
    [InlineData("warm-up and cosine", "warm-up of 200 updates to 0.1, then cosine from 0.1 to 0",
        "[{linear: {from: 0, to: 0.1, for: 200ba}}, {cosine: {from: 0.1, to: 0}}]")]
    [InlineData("warm-up and steps", "warm-up of 200 updates to 0.1, then times 0.1",
        "[{linear: {from: 0, to: 0.1, for: 200ba}}, {steps: {start: 0.1, at: [1000ba, 1500ba], factor: 0.1}}]")]
    [InlineData("plateau", "a plateau at 0.1 and a linear decay to 0 over the last 400", "{wsd: {peak: 0.1, decay: 400ba}}")]
    [InlineData("plateau, sqrt", "a plateau at 0.1 and a sqrt decay to 0 over the last 400",
        "{wsd: {peak: 0.1, decay: 400ba, shape: sqrt}}")]
    [InlineData("restarts", "cosines from 0.1 to 0 that begin anew, the first after 500 updates",
        "{restarts: {from: 0.1, to: 0, period: 500ba}}")]
    [InlineData("growing restarts", "each 2 times as long as the one before",
        "[{linear: {from: 0, to: 0.1, for: 100ba}}, {restarts: {from: 0.1, to: 0.001, period: 250ba, growth: 2}}]")]
    [InlineData("one cycle", "one cycle from 0.004 up to 0.1 in 30% of the run", "{one_cycle: {peak: 0.1}}")]
    [InlineData("exponential", "exponential from 0.1, times 0.998", "{exponential: {from: 0.1, factor: 0.998, every: 1ba}}")]
    [InlineData("inverse root", "0.1 over the root of 1 + t/200", "{inverse_sqrt: {peak: 0.1, shift: 200ba}}")]
    [InlineData("fall that ends early", "updates, then constant",
        "[{linear: {from: 0.1, to: 0.01, for: 1000ba}}, {constant: {value: 0.01}}]")]
    public void A_schedule_that_was_logged_is_found_again(string name, string words, string rate)
    {
        Assert.NotEmpty(name);
        var recipe = RecipeReader.Read($"duration: 2000ba\nlearning_rate: {rate}").Recipe;
        foreach (int every in new[] { 1, 10, 20, 50 })
        {
            var pieces = SchedulePieces.Of(Logged(recipe, every));
            Assert.True(pieces.IsExact, $"one row each {every}: {pieces.Words}, {pieces.Residual}");
            Assert.Contains(words, pieces.Words, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[{linear: {from: 0.02, to: 0.08, for: 700ba}}, {constant: {value: 0.1, for: 300ba}}, "
        + "{cosine: {from: 0.08, to: 0.05, for: 500ba}}, {linear: {from: 0.01, to: 0.09}}]")]
    public void What_no_piece_explains_is_written_as_lines_from_row_to_row(string rate)
    {
        var recipe = RecipeReader.Read($"duration: 2000ba\nlearning_rate: {rate}").Recipe;
        var logged = Logged(recipe, 10);
        var pieces = SchedulePieces.Of(logged);
        Assert.Empty(pieces.Pieces);
        var written = RecipeReader.Read(pieces.RecipeOf(logged, "table")).Recipe;
        for (long step = 0; step < 1990; step += 10)
            Assert.Equal(recipe.LearningRate.ValueAt(step), written.LearningRate.ValueAt(step), 1e-6);
    }

    [Fact]
    public void A_fall_that_is_over_at_the_last_row_has_that_rows_update_too()
    {
        var recipe = RecipeReader.Read("duration: 200ba\nlearning_rate: {cosine: {from: 0.1, to: 0, inclusive: true}}").Recipe;
        var pieces = SchedulePieces.Of(Logged(recipe, 1));
        Assert.Equal((200, "cosine: {from: 0.1, to: 0, inclusive: true}"), (pieces.TotalSteps, Assert.Single(pieces.Pieces)));
        Assert.InRange(pieces.Residual, 0, 1e-15);
    }

    [Fact]
    public void An_end_that_is_small_but_not_0_is_told_from_0_where_the_rows_have_all_digits()
    {
        var recipe = RecipeReader.Read("duration: 2000ba\nlearning_rate: {cosine: {from: 0.1, to: 1e-6}}").Recipe;
        Assert.Contains("to 1e-06", SchedulePieces.Of(Logged(recipe, 1)).Words, StringComparison.Ordinal);
    }

    [Fact]
    public void The_recipe_of_a_log_is_the_one_that_was_logged()
    {
        var recipe = RecipeReader.Read(
            "duration: 2000ba\nlearning_rate: [{linear: {from: 0, to: 0.1, for: 200ba}}, {cosine: {from: 0.1, to: 0}}]").Recipe;
        var logged =
            Logged(recipe, 10, new() { WeightDecay = 5e-4, Optimizer = Etalon.Lab.Advice.AdvisedOptimizer.Sgd, StepsPerEpoch = 100 });
        var written = RecipeReader.Read(SchedulePieces.Of(logged).RecipeOf(logged, "again")).Recipe;
        Assert.Equal((5e-4, 0.9, 100), (written.WeightDecay.ValueAt(0), written.Momentum.ValueAt(0), written.StepsPerEpoch));
        Assert.InRange(written.TotalSteps, 1991, 2000);
        for (long step = 0; step < 1990; step++)
            Assert.Equal(recipe.LearningRate.ValueAt(step), written.LearningRate.ValueAt(step), 2e-4);
    }

    [Fact]
    public void The_rule_that_a_log_names_is_in_the_recipe_and_what_moves_in_it_is_a_schedule()
    {
        // beta1 falls and the decay rises while the rate stands still, as one cycle has them.
        var rows = Enumerable.Range(0, 11).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{10 * i},AdamW,0.001,{0.1 + 0.01 * i},{0.95 - 0.01 * i},0.98,1e-07,1"));
        var logged = Read([.. rows.Prepend("step,optimizer,lr,weight_decay,momentum,beta2,eps,decoupled")]);
        string text = SchedulePieces.Of(logged).RecipeOf(logged, "rule");
        Assert.Contains("optimizer: {name: adamw, beta2: 0.98, epsilon: 1e-07}", text, StringComparison.Ordinal);
        Assert.Contains("constant at 0.001, exactly.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("not in the log", text, StringComparison.Ordinal);
        var read = RecipeReader.Read(text).Recipe;
        foreach (long step in new long[] { 0, 35, 100 })
        {
            Assert.Equal(0.95 - 0.001 * step, read.Momentum.ValueAt(step), 1e-6);
            Assert.Equal(0.1 + 0.001 * step, read.WeightDecay.ValueAt(step), 1e-6);
        }
    }

    [Theory]
    [InlineData("SGD", "0.8", "nesterov", "1", "optimizer: {name: sgd, nesterov: true}\nmomentum: 0.8\n")]
    [InlineData("Adam", "0.8", "decoupled", "0", "optimizer: {name: adam, beta1: 0.8}\n# beta2, epsilon: not in the log")]
    [InlineData("Lion", "0.8", "beta2", "0.97", "optimizer: {name: lion, beta1: 0.8, beta2: 0.97}\n# weight_decay: not in the log")]
    [InlineData("Adafactor", "0.8", "eps", "1e-3", "# optimizer: the log has Adafactor, for which a recipe has no name")]
    [InlineData("", "", "beta2", "0.97",
        "# optimizer: not in the log, so that it is sgd here; write its name, or give --optimizer\n# momentum:")]
    public void What_a_log_does_not_say_is_named_in_the_recipe(string rule, string momentum, string column, string value, string lines)
    {
        var logged = Read([$"step,optimizer,lr,momentum,{column}", $"0,{rule},0.1,{momentum},{value}", $"1,{rule},0.1,{momentum},{value}"]);
        string text = SchedulePieces.Of(logged).RecipeOf(logged, "rule");
        Assert.Contains(lines, text, StringComparison.Ordinal);
        RecipeReader.Read(text);
    }

    [Fact]
    public void A_log_that_begins_late_counts_from_its_first_row_and_an_unfinished_one_to_its_last()
    {
        var recipe = RecipeReader.Read("duration: 2000ba\nlearning_rate: {linear: {from: 0.1, to: 0}}").Recipe;
        var question = new LogQuestion { WeightDecay = 1, Optimizer = Etalon.Lab.Advice.AdvisedOptimizer.AdamW };
        var late = Logged(recipe, 10, question, from: 1500);
        Assert.Equal(1500, late.FirstStep);
        // 0.1 · (1/2000) Σ (2000 - t) over the updates from 1500 on.
        Assert.Equal(0.1 / 2000 * (500 * 501 / 2.0), late.Units()!.Value, 0.03);
        Assert.Equal(1500, late.Phases()[0].Begin);
        string folder = Directory.CreateTempSubdirectory("etalon-unfinished").FullName;
        try
        {
            string file = Path.Combine(folder, "trainer_state.json");
            var rows = Enumerable.Range(1, 50).Select(i => string.Create(CultureInfo.InvariantCulture,
                $"{{\"step\": {10 * i}, \"learning_rate\": {recipe.LearningRate.ValueAt(10 * i - 1):R}}}"));
            File.WriteAllText(file,
                $"{{\"best_global_step\": null, \"max_steps\": 2000, \"log_history\": [{string.Join(", ", rows)}]}}");
            var unfinished = LoggedSchedule.Of(LogFormat.ReadAny(file), question);
            Assert.True(unfinished.IsUnfinished);
            Assert.Equal(0.1 / 2000 * (2000 * 509 - 509 * 508 / 2.0), unfinished.Units()!.Value, 0.05);
            var pieces = SchedulePieces.Of(unfinished);
            Assert.Equal((2000, "linear from 0.1 to 0"), (pieces.TotalSteps, pieces.Words));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Integrated by a fine Runge-Kutta method elsewhere: 1/|w| from equilibrium to the end of the run.
    [Theory]
    [InlineData("{linear: {from: 0.1, to: 0}}", 4, 1.51)]
    [InlineData("{linear: {from: 0.1, to: 0}}", 36, 2.60)]
    [InlineData("{cosine: {from: 0.1, to: 0}}", 4, 1.41)]
    [InlineData("{cosine: {from: 0.1, to: 0}}", 16, 2.07)]
    [InlineData("{cosine: {from: 0.1, to: 0.01}}", 9, 1.87)]
    [InlineData("{wsd: {peak: 0.1, decay: 400ba}}", 9, 1.27)]
    public void Gradients_grow_to_the_end_as_the_law_of_the_norm_says(string rate, double unitsAtPeak, double growth)
    {
        var recipe = RecipeReader.Read($"duration: 2000ba\nlearning_rate: {rate}").Recipe;
        var question = new LogQuestion { WeightDecay = unitsAtPeak / (0.1 * 2000), Optimizer = Etalon.Lab.Advice.AdvisedOptimizer.AdamW };
        Assert.Equal(growth, Logged(recipe, 5, question).ExpectedGrowth()!.Value, 0.02);
    }

    private static LoggedSchedule Logged(Recipe recipe, int every, LogQuestion? question = null, int from = 0)
    {
        var rows = Enumerable.Range(0, (int)recipe.TotalSteps).Where(step => step >= from && step % every == 0)
            .Select(step => string.Create(CultureInfo.InvariantCulture, $"{step},{recipe.LearningRate.ValueAt(step):R}"));
        return Read([.. rows.Prepend("step,lr")], question);
    }

    private static LoggedSchedule Read(string[] lines, LogQuestion? question = null)
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(file, lines);
            return LoggedSchedule.Of(LogFormat.ReadAny(file), question ?? new());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
