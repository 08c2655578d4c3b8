using Etalon.Engine;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Lab.Recipes;
using Etalon.Schedules;

namespace Etalon.Lab.Tests.Recipes;

public class RecipeReaderTests
{
    private const string Minimal = "duration: 10ba\nlearning_rate: 0.1\n";

    public static TheoryData<string> ReadyMade =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "recipes"), "*.yaml").Select(file => Path.GetFileName(file)!)
            .Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(ReadyMade))]
    public void Every_ready_made_recipe_reads_without_a_warning(string name)
    {
        var read = RecipeReader.ReadFile(Path.Combine(AppContext.BaseDirectory, "recipes", name));
        Assert.Empty(read.Warnings);
        Assert.Equal(Path.GetFileNameWithoutExtension(name), read.Recipe.Name);
    }

    [Fact]
    public void What_is_left_out_has_the_documented_defaults()
    {
        var recipe = RecipeReader.Read(Minimal, "some/where.yaml").Recipe;
        Assert.Equal("where", recipe.Name);
        Assert.Equal((1UL, 10L, 10L), (recipe.Seed, recipe.TotalSteps, recipe.StepsPerEpoch));
        Assert.Equal((0.1, 0.0, 0.0), (recipe.LearningRate.ValueAt(9), recipe.WeightDecay.ValueAt(9), recipe.Momentum.ValueAt(9)));
        Assert.Equal((Precision.Float32, LossKind.CrossEntropy, 10L), (recipe.Precision, recipe.Loss.Kind, recipe.Log.EverySteps));
        Assert.Equal(("sgd", new SgdOptions()), (recipe.Optimizer.Name, Assert.IsType<SgdSpec>(recipe.Optimizer).Options));
        Assert.Null(recipe.Data);
        Assert.Null(recipe.Model);
    }

    [Theory]
    [InlineData("digits", 1437, 128, false, 12)]
    [InlineData("mnist", 60_000, 128, false, 469)]
    [InlineData("cifar10", 50_000, 128, false, 391)]
    [InlineData("cifar10", 50_000, 128, true, 390)]
    [InlineData("cifar100", 50_000, 50_000, true, 1)]
    public void The_steps_of_an_epoch_follow_from_the_data(string set, int images, int batch, bool dropLast, long steps)
    {
        var recipe = RecipeReader.Read(
            $"duration: 2ep\nlearning_rate: 0.1\ndata: {{set: {set}, batch: {batch}, drop_last: {(dropLast ? "true" : "false")}}}").Recipe;
        Assert.Equal((images, steps, 2 * steps), (recipe.Data!.TrainCount, recipe.StepsPerEpoch, recipe.TotalSteps));
    }

    [Fact]
    public void The_recipe_of_the_design_resolves_to_absolute_steps()
    {
        var recipe = RecipeReader.ReadFile(Path.Combine(AppContext.BaseDirectory, "recipes", "cifar-step.yaml")).Recipe;
        Assert.Equal(new Sequence(new Linear(0, 0.1, 1955), new Steps(0.1, [31_280 - 1955, 46_920 - 1955], 0.1, 60_605)),
            recipe.LearningRate);
        Assert.Equal((ModelKind.PreResNet, 20, HeadMode.Frozen, 0.0, false),
            (recipe.Model!.Kind, recipe.Model.Depth!.Value, recipe.Model.Head, recipe.Model.Epsilon, recipe.Model.Affine));
    }

    [Theory]
    [InlineData("5e-4", 5e-4)]
    [InlineData("1e-7", 1e-7)]
    [InlineData("1_000", 1000)]
    [InlineData("+0.5", 0.5)]
    [InlineData(".5", 0.5)]
    [InlineData("1E3", 1000)]
    public void Numbers_are_numbers_in_every_spelling(string text, double value) =>
        Assert.Equal(value, RecipeReader.Read($"duration: 10ba\nlearning_rate: {text}").Recipe.LearningRate.ValueAt(0));

    [Theory]
    [InlineData("preresnet20", ModelKind.PreResNet, 20)]
    [InlineData("preresnet-8", ModelKind.PreResNet, 8)]
    [InlineData("resnet-56", ModelKind.ResNet, 56)]
    [InlineData("mlp", ModelKind.Mlp, null)]
    [InlineData("cnn", ModelKind.Cnn, null)]
    public void Models_are_named_with_or_without_the_dash(string name, ModelKind kind, int? depth)
    {
        var model = RecipeReader.Read($"{Minimal}model: {{name: {name}}}").Recipe.Model!;
        Assert.Equal((kind, depth), (model.Kind, model.Depth));
    }

    [Fact]
    public void Json_is_read_as_yaml_is()
    {
        var yaml = RecipeReader.Read(
            "duration: 10ep\nsteps_per_epoch: 7\nlearning_rate:\n  - linear: {from: 0, to: 0.1, for: 2ep}\n  - cosine: {from: 0.1, to: "
            + "0}\nmomentum: 0.9\n").Recipe;
        var json = RecipeReader.Read("""
            {"momentum": 0.9, "steps_per_epoch": 7, "duration": "10ep",
             "learning_rate": [{"linear": {"to": 0.1, "from": 0, "for": "2ep"}}, {"cosine": {"from": 0.1, "to": 0.0}}]}
            """).Recipe;
        Assert.Equal(yaml.Hash, json.Hash);
    }

    [Fact]
    public void One_cycle_brings_the_momentum_of_the_same_cycle()
    {
        var recipe = RecipeReader.Read("duration: 100ba\nlearning_rate: {one_cycle: {peak: 0.5, momentum: {high: 0.9, low: 0.8}}}").Recipe;
        Assert.Equal(OneCycle.OfPeak(0.5, 100), recipe.LearningRate);
        Assert.Equal(OneCycle.OfPeak(0.5, 100).WithMomentum(0.9, 0.8), recipe.Momentum);
        var both = Assert.Throws<InputException>(
            () => RecipeReader.Read("duration: 100ba\nmomentum: 0.9\nlearning_rate: {one_cycle: {peak: 0.5, momentum: {}}}"));
        Assert.Equal("recipe:2:1: momentum: the learning rate's one_cycle sets the momentum already; keep one of the two", both.Message);
    }

    [Fact]
    public void A_class_of_parameters_has_schedules_of_its_own()
    {
        const string own = "optimizer: {groups: {norm: {weight_decay: 0}, head: {learning_rate: {linear: {from: 1, to: 0}}}}}";
        var groups = RecipeReader.Read(Minimal + own).Recipe.Optimizer.Groups;
        Assert.Equal([ParameterClass.Head, ParameterClass.Norm], groups.Select(group => group.Parameters));
        Assert.Equal(0.5, groups[0].LearningRate!.ValueAt(5));
        Assert.Null(groups[0].WeightDecay);
        Assert.Equal(0, groups[1].WeightDecay!.ValueAt(5));
    }

    [Fact]
    public void A_table_takes_the_column_of_its_quantity_from_the_recipes_folder()
    {
        var folder = Directory.CreateTempSubdirectory("etalon-table-").FullName;
        File.WriteAllText(Path.Combine(folder, "t.csv"),
            "step,lr,weight_decay,momentum,log_lr\n0,0.5,0.1,0.9,-0.69\n1,0.25,0.2,0.8,-1.39\n");
        var recipe = RecipeReader.Read("duration: 2ba\nlearning_rate: {table: {file: t.csv}}\nmomentum: {table: {file: t.csv}}",
            Path.Combine(folder, "r.yaml")).Recipe;
        Directory.Delete(folder, recursive: true);
        Assert.Equal([0.5, 0.25, 0.9, 0.8],
            [recipe.LearningRate.ValueAt(0), recipe.LearningRate.ValueAt(1), recipe.Momentum.ValueAt(0), recipe.Momentum.ValueAt(1)]);
    }

    [Fact]
    public void The_plateau_of_wsd_is_what_warm_up_and_decay_leave() =>
        Assert.Equal(new WarmupStableDecay(0.1, 10, 70, 20),
            RecipeReader.Read("duration: 100ba\nlearning_rate: {wsd: {peak: 0.1, warmup: 10ba, decay: 20%}}").Recipe.LearningRate);
}
