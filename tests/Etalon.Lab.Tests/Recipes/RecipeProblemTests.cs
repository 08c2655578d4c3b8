using Etalon.Lab.Recipes;

namespace Etalon.Lab.Tests.Recipes;

public class RecipeProblemTests
{
    [Fact]
    public void All_problems_are_said_at_once_each_with_line_and_column()
    {
        const string Recipe = """
            nam: x
            duration: 30
            data: {set: cifar11, batch: 0}
            model:
              name: preresnet-21
              norm: bach
            learning_rate:
              - linear: {from: -1, too: 0.1, for: 5ep}
              - cosin: {from: 0.1}
            weight_decay: "5e-4"
            momentum: 1
            loss: {label_smoothing: 1}
            """;
        var problems = Assert.Throws<InputException>(() => RecipeReader.Read(Recipe, "r.yaml")).Problems;
        Assert.Equal(
            [
                "r.yaml:1:1: nam: unknown key; did you mean name?",
                "r.yaml:2:11: duration = 30: '30' names no unit: write 30ep or 30ba; the units are ep (epochs), ba or st (batches, which "
                + "are updates), sp (samples), dur or % (of the run)",
                "r.yaml:3:13: data.set = cifar11: no such data set; did you mean cifar10?",
                "r.yaml:3:29: data.batch = 0: must be at least 1; the usual choice is 128",
                "r.yaml:5:9: model.name = preresnet-21: a residual network has depth 6n+2; the nearest are 20 and 26",
                "r.yaml:6:9: model.norm = bach: must be one of batch, group, layer, instance, none, rms; did you mean batch?",
                "r.yaml:8:13: learning_rate.0.linear.to is missing; write a number",
                "r.yaml:8:20: learning_rate.0.linear.from = -1: a rate is never negative; write 0 or more",
                "r.yaml:8:24: learning_rate.0.linear.too: unknown key; did you mean to?",
                "r.yaml:9:5: learning_rate.1.cosin: no such piece; did you mean cosine?",
                "r.yaml:10:15: weight_decay = \"5e-4\": must be a number; remove the quotes",
                "r.yaml:11:11: momentum = 1: a momentum is at least 0 and below 1; the usual choice is 0.9",
                "r.yaml:12:25: loss.label_smoothing = 1: must be at least 0 and below 1; write 0 for none or 0.1 as is usual",
            ],
            problems);
    }

    [Theory]
    [InlineData("r.yaml:1:1: data.set is missing; write one of ", "data.batch=7")]
    [InlineData("r.yaml:1:1: equivalent.form is missing; write one of ", "equivalent.weight_decay=0")]
    [InlineData("r.yaml:1:1: data.set is missing; write one of ", "data.label_noise.fraction=0.1")]
    public void What_an_override_has_no_place_for_is_missing_in_the_recipe(string problem, string change)
    {
        var problems =
            Assert.Throws<InputException>(() => RecipeReader.Read("duration: 2ba\nlearning_rate: 0.1\n", "r.yaml", [change])).Problems;
        Assert.StartsWith(problem, problems[0], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "zzzzzzzzzz: 1")]
    [InlineData("data: {set: digits, batch: 8, zzzzzzzzzz: 1}", "")]
    [InlineData("model: {name: mlp, zzzzzzzzzz: 1}", "")]
    [InlineData("optimizer: {zzzzzzzzzz: 1}", "")]
    [InlineData("optimizer: {name: adam, zzzzzzzzzz: 1}", "")]
    [InlineData("optimizer: {name: wngrad, zzzzzzzzzz: 1}", "")]
    [InlineData("optimizer: {groups: {zzzzzzzzzz: {weight_decay: 0}}}", "")]
    [InlineData("optimizer: {groups: {norm: {zzzzzzzzzz: 0}}}", "")]
    [InlineData("equivalent: {form: texp, zzzzzzzzzz: 1}", "")]
    [InlineData("auto_decay: {zzzzzzzzzz: 1}", "")]
    [InlineData("loss: {zzzzzzzzzz: 1}", "")]
    [InlineData("log: {zzzzzzzzzz: 1}", "")]
    [InlineData("checkpoint: {zzzzzzzzzz: 1}", "")]
    [InlineData("momentum: {one_cycle: {peak: 0.9, zzzzzzzzzz: 1}}", "")]
    [InlineData("momentum: {wsd: {peak: 0.9, decay: 1ep, zzzzzzzzzz: 1}}", "")]
    [InlineData("momentum: {table: {values: [0.9], zzzzzzzzzz: 1}}", "")]
    public void The_keys_that_are_known_are_listed_once_each(string section, string line)
    {
        string recipe = $"duration: 2ep\nsteps_per_epoch: 4\nlearning_rate: 0.1\n{section}\n{line}\n";
        var problems = Assert.Throws<InputException>(() => RecipeReader.Read(recipe, "r.yaml")).Problems;
        string problem = Assert.Single(problems, one => one.Contains("known here: ", StringComparison.Ordinal));
        string[] keys = problem.Split("known here: ")[1].Split(", ");
        Assert.NotEmpty(keys);
        Assert.Equal(keys.Distinct(), keys);
    }

    [Theory]
    [InlineData("", "r:1:1: the recipe is empty")]
    [InlineData("- 1", "r:1:1: a recipe is a set of keys")]
    [InlineData("a: [1", "the text is not YAML")]
    [InlineData("a: &x 1\nb: *x", "r:1:4: &x is an anchor")]
    [InlineData("a: *x", "r:1:4: *x repeats an anchor")]
    [InlineData("a: !!int 1", "is a tag")]
    [InlineData("a: {b: !!str[900ba: 0.5}", "have no tags: remove it")]
    [InlineData("seed: 1\nseed: 2", "r:2:1: seed stands twice, first at line 1")]
    [InlineData("seed: 1\n---\nseed: 2", "r:2:1: a second document begins here")]
    [InlineData("{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{", "nested more than 32 deep")]
    [InlineData("seed: 1\nmodel:\n  name: mlp\n\thidden: [3]", "r:4:1: the line is indented with a tab; YAML is indented with blanks")]
    [InlineData("learning_rate: cosine", "r:1:16: learning_rate = cosine: is a piece, which has its parameters below it; write "
        + "learning_rate: {cosine: {...}} with those of docs/recipes.md")]
    [InlineData("learning_rate: 1e-400", "r:1:16: learning_rate = 1e-400: must be 0, or at least 5e-324 in size")]
    [InlineData("learning_rate: 1e4_00", "r:1:16: learning_rate = 1e4_00: must be at most 1.8e308 in size")]
    [InlineData("weight_decay: 0,1", "r:1:15: weight_decay = 0,1: must be a finite number such as 0.1, 5e-4 or 1_000; did you mean 0.1?")]
    [InlineData("duration: 1e-40ep", "its number is not 0 and would become 0")]
    [InlineData("duration: 0,5ep", "did you mean 0.5ep?")]
    [InlineData("duration: 100,000ba", "did you mean 100.000ba or 100000ba?")]
    [InlineData("duration: 1,234,567ba", "did you mean 1234567ba?")]
    [InlineData("learning_rate: 0.1", "r:1:1: duration is missing; write how long the run is, as in duration: 30ep")]
    [InlineData("duration: 0.5dur", "the run cannot last a fraction of itself")]
    [InlineData("duration: 10ep", "r:1:11: duration = 10ep: epochs need the steps of an epoch; write steps_per_epoch")]
    [InlineData("duration: 10sp", "samples need the batch; name the data")]
    [InlineData("duration: 0ba", "a run has at least one")]
    [InlineData("duration: 2ep\nsteps_per_epoch: 390\ndata: {set: cifar10}",
        "r:2:18: steps_per_epoch = 390: the data says 391: 50000 images in batches of 128; remove the key")]
    [InlineData("data: {set: digits, batch: 1438}", "data.batch = 1438: must be at most 1437")]
    [InlineData("data: {set: digits, train: 5000}", "data.train = 5000: must be at most 1437")]
    [InlineData("data: {set: digits, train: 100}", "data.batch is 128 where none is written, more than the 100 training images")]
    [InlineData("data: {set: digits, batch: ful}", "data.batch = ful: must be a whole number of images such as 128, or full")]
    [InlineData("data: {set: digits, patterns: {}}", "data.patterns: only the set ps10 is made of patterns")]
    [InlineData("data: {set: ps10, train: 2000000}", "data.train = 2000000: must be at most 1000000 images")]
    [InlineData("data: {set: ps10, patterns: {noise: 1}}", "data.patterns.noise = 1: must be at least 0 and below 1")]
    [InlineData("data: {set: ps10, patterns: {complex: 0}}", "data.patterns.complex = 0: must be at least 1")]
    [InlineData("data: {set: ps10, patterns: {kind: blocks}}", "data.patterns.kind = blocks: must be one of iid, tiled")]
    [InlineData("data: {set: digits, label_noise: {fraction: -0.1}}", "data.label_noise.fraction = -0.1: must be at least 0 and below 1")]
    [InlineData("data: {set: digits, label_noise: {kind: pair-flip}}", "data.label_noise.fraction is missing")]
    [InlineData("data: {set: digits, patches: {fraction: 1.1, size: 9}}", "data.patches.size = 9: must be at most 8")]
    [InlineData("auto_decay: {factor: 1}", "auto_decay.factor = 1: must be above 0 and below 1")]
    [InlineData("auto_decay: {window: 2}", "auto_decay.window = 2: must be at least 3")]
    [InlineData("duration: 9ba\nauto_decay: {}\nequivalent: {form: texp++}",
        "auto_decay: a conversion needs the whole schedule beforehand")]
    [InlineData("checkpoint: {keep: all}", "checkpoint.keep = all: must be one of last, stages")]
    [InlineData("model: {name: resnet-8, groups: 4}", "only group normalization has groups")]
    [InlineData("model: {name: resnet-8, norm: group, groups: 3}", "must divide the width, 16")]
    [InlineData("model: {name: resnet-8, hidden: [3]}", "only an mlp has hidden layers")]
    [InlineData("model: {name: resnet-8, epsilon: -1e-5}", "model.epsilon = -1e-5: must be at least 0")]
    [InlineData("optimizer: {dampening: 0.5, nesterov: true}", "Nesterov momentum has no dampening")]
    [InlineData("optimizer: {groups: {norms: {}}}", "optimizer.groups.norms: unknown key; did you mean norm?")]
    [InlineData("learning_rate: [{constant: {value: 1}}, {constant: {value: 1}}]",
        "learning_rate.0.constant.for is missing; every piece but the last says how long it lasts")]
    [InlineData("learning_rate: []", "needs at least one piece")]
    [InlineData("learning_rate: {linear: {from: 0, to: 1}, cosine: {from: 0, to: 1}}", "a piece is one name with its parameters")]
    [InlineData("duration: 9ba\nlearning_rate: [{constant: {value: 1, for: 5ba}}, {steps: {start: 1, at: [3ba], factor: 0.1}}]",
        "milestones count from the start of the run, and this piece begins at step 5")]
    [InlineData("duration: 9ba\nmomentum: {exponential: {from: 0.5, factor: 2, every: 4ba}}", "momentum is 1 at step 4")]
    [InlineData("name: ../evil", "names a folder")]
    [InlineData("seed: -1", "seed = -1: must be a whole number from 0")]
    [InlineData("learning_rate: .inf", "must be a finite number")]
    [InlineData("learning_rate:", "has no value; write a number or remove the key")]
    public void Each_mistake_has_a_message_of_its_own(string recipe, string message)
    {
        var e = Assert.Throws<InputException>(() => RecipeReader.Read(recipe, "r"));
        Assert.Contains(e.Problems, problem => problem.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("learning_rate: {steps: {start: 1, at: [50ba, 100ba], factor: 0.1}}",
        "r:2:46: learning_rate.steps.at.1 = 100ba is step 100 and can never come: the run's last update is 99")]
    [InlineData("learning_rate: [{steps: {start: 1, at: [5ba, 20ba], factor: 0.1, for: 10ba}}, {constant: {value: 1}}]",
        "r:2:46: learning_rate.0.steps.at.1 = 20ba is step 20 and can never come: the piece's last update is 9")]
    [InlineData("learning_rate: [{constant: {value: 1, for: 100ba}}, {cosine: {from: 1, to: 0, for: 5ba}}]",
        "r:2:53: learning_rate.1 begins at step 100, after the run's last update 99: it is never used")]
    [InlineData("learning_rate: [{constant: {value: 1, for: 20ba}}, {cosine: {from: 1, to: 0.5, for: 5ba}}]",
        "r:2:16: learning_rate ends at step 25 and the run at step 100: the updates between have the value 0.5")]
    [InlineData("learning_rate: {cosine: {from: 1, to: 0, for: 120ba}}",
        "r:2:16: learning_rate lasts 120 steps and the run 100: the rest is never used")]
    [InlineData("learning_rate: [{warmup: {peak: 1, for: 100ba}}, {cosine: {from: 1, to: 0}}]",
        "r:2:18: learning_rate.0.warmup warms up for 100 steps, and the run has 100 from there: it ends in its warm-up; shorten the "
        + "warm-up, or give a longer duration",
        "r:2:50: learning_rate.1 begins at step 100, after the run's last update 99: it is never used")]
    [InlineData("learning_rate: [{linear: {from: 0, to: 1, for: 100ba}}, {cosine: {from: 1, to: 0}}]",
        "r:2:57: learning_rate.1 begins at step 100, after the run's last update 99: it is never used")]
    [InlineData("learning_rate: {wsd: {peak: 1, warmup: 100ba, decay: 10ba, stable: 0ba}}",
        "r:2:16: learning_rate lasts 110 steps and the run 100: the rest is never used",
        "r:2:17: learning_rate.wsd warms up for 100 steps, and the run has 100 from there: it ends in its warm-up; shorten the warm-up, "
        + "or give a longer duration")]
    [InlineData("learning_rate: 30",
        "r:2:16: learning_rate is 30 at step 0: a rate above 10 is hardly ever meant; check its decimal point, or look for a usable rate "
        + "with etalon find-lr")]
    [InlineData("learning_rate: {linear: {from: 3, to: 0}}\noptimizer: {name: adamw}",
        "r:2:16: learning_rate is 3 at step 0: updates of adamw are as large as the rate, and published recipes have 1e-5 to 0.02; check "
        + "its decimal point")]
    [InlineData("learning_rate: 0.1\nweight_decay: 5",
        "r:3:15: weight_decay is 5 at step 0: a weight decay above 1 is hardly ever meant; check its decimal point: 5e-4 is the usual one")]
    [InlineData("learning_rate: [{linear: {from: 0, to: 0.1, for: 5ba}}, {cosine: {from: 1, to: 0}}]",
        "r:2:57: learning_rate.1 begins at 1 where the piece before it ends at 0.1, 10 times less: is a decimal point misplaced? Write "
        + "the same number in both, or a ramp between")]
    [InlineData("learning_rate: {steps: {start: 0.1, at: [50ba], factor: 20}}",
        "r:2:17: learning_rate.steps makes it 20 times more at each milestone: is a decimal point misplaced? The usual factor is 0.1")]
    [InlineData("learning_rate: {steps: {start: 0.1, at: [50ba], factor: 0.01}}",
        "r:2:17: learning_rate.steps makes it 100 times less at each milestone: is a decimal point misplaced? The usual factor is 0.1")]
    public void What_is_probably_not_meant_is_a_warning(string schedule, params string[] warnings) =>
        Assert.Equal(warnings, RecipeReader.Read($"duration: 100ba\n{schedule}", "r").Warnings);

    [Theory]
    // He et al. 2016, CIFAR
    [InlineData("learning_rate: [{constant: {value: 0.01, for: 10ba}}, {steps: {start: 0.1, at: [50ba], factor: 0.1}}]")]
    [InlineData("learning_rate: [{constant: {value: 0.1, for: 50ba}}, {constant: {value: 0.01, for: 25ba}}, {constant: {value: 0.001}}]")]
    [InlineData("learning_rate: [{cosine: {from: 0.1, to: 0, for: 50ba}}, {cosine: {from: 0.05, to: 0}}]")]
    [InlineData("learning_rate: [{warmup: {peak: 0.4, for: 5ba}}, {cosine: {from: 0.4, to: 0}}]")]
    [InlineData("learning_rate: {exponential: {from: 0.1, factor: 10, every: 20ba}}")] // an equivalent without decay
    [InlineData(
        "learning_rate: [{exponential: {from: 0.1, factor: 10, every: 20ba, for: 50ba}}, {exponential: {from: 3.2, factor: 10, every: "
        + "200ba}}]")]
    public void A_textbook_schedule_has_no_warning(string schedule) =>
    Assert.Empty(RecipeReader.Read($"duration: 100ba\n{schedule}", "r").Warnings);

    [Theory]
    [InlineData("data.batch=0", "override data.batch=0: data.batch = 0: must be at least 1; the usual choice is 128")]
    [InlineData("nonsense", "override nonsense: must be key=value with a dotted key, as in data.batch=64")]
    [InlineData("learning_rate.7.linear.to=1",
        "override learning_rate.7.linear.to=1: learning_rate.7 cannot be set: \"7\" names no item of a list of 1; items count from 0")]
    [InlineData("duration.x=1",
        "override duration.x=1: duration.x cannot be set: what stands there is a single value (2ep), which has no key \"x\"; override it "
        + "as a whole")]
    [InlineData("momentum=", "override momentum=: momentum = : has no value; write a number or remove the key")]
    [InlineData("seed=[", "override seed=[: the text is not YAML")]
    public void A_problem_of_an_override_names_it_as_the_place(string text, string message)
    {
        const string Recipe = "duration: 2ep\ndata: {set: digits}\nlearning_rate:\n  - linear: {from: 0, to: 1}\n";
        Assert.StartsWith(message, Assert.Throws<InputException>(() => RecipeReader.Read(Recipe, "r", [text])).Problems[0],
            StringComparison.Ordinal);
    }

    [Fact]
    public void Overrides_reach_into_lists_and_make_what_is_not_there()
    {
        const string Recipe = "duration: 10ba\nlearning_rate:\n  - linear: {from: 0, to: 1}\n";
        var recipe = RecipeReader.Read(Recipe, "r",
            ["learning_rate.0.linear.to=2", "optimizer.nesterov=true", "seed=1", "seed=7", "model={name: mlp}",
                "model.hidden=[64, 32]"]).Recipe;
        Assert.Equal((1.0, true, 7UL), (recipe.LearningRate.ValueAt(5), recipe.Optimizer.Rule.Nesterov, recipe.Seed));
        Assert.Equal([64, 32], recipe.Model!.Hidden);
    }

    [Fact]
    public void An_override_with_null_takes_a_key_away_as_if_it_had_not_been_written()
    {
        const string Recipe = "duration: 10ba\nlearning_rate: 1\nweight_decay: 0.1\nequivalent: {form: texp++}\n";
        var recipe = RecipeReader.Read(Recipe, "r", ["equivalent=null", "weight_decay=~"]).Recipe;
        Assert.Null(recipe.Equivalent);
        Assert.Equal(0, recipe.WeightDecay.ValueAt(0));
        Assert.Contains("learning_rate is missing",
            Assert.Throws<InputException>(() => RecipeReader.Read(Recipe, "r", ["learning_rate=null"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(
        "learning_rate: [{constant: {value: 1, for: 9007199254740990ba}}, {constant: {value: 1, for: 9007199254740990ba}}, {constant: "
        + "{value: 1}}]", "learning_rate")]
    [InlineData(
        "learning_rate: {repeated: {times: 2, of: [{constant: {value: 1, for: 9007199254740990ba}}, {constant: {value: 1, for: 2ba}}]}}",
        "learning_rate.repeated.of")]
    public void Pieces_of_too_many_updates_together_are_refused(string schedule, string path)
    {
        var problem = Assert.Throws<InputException>(() => RecipeReader.Read($"duration: 10ba\n{schedule}", "r"));
        Assert.Contains($"{path} = [...]: its pieces have 2^53 updates or more together", problem.Message, StringComparison.Ordinal);
    }
}
