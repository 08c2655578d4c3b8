using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Etalon.Lab.Data;
using Etalon.Lab.Models;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// The canonical form of a recipe: every default written out, every duration in steps, keys in one order. It is a recipe itself, and
/// reading it gives the same hash.
/// </summary>
internal static class RecipeWriter
{
    /// <summary>The canonical recipe as JSON.</summary>
    public static JsonObject ToJson(Recipe recipe)
    {
        var json = new JsonObject
        {
            ["name"] = recipe.Name,
            ["seed"] = recipe.Seed,
            ["duration"] = Steps(recipe.TotalSteps),
            ["steps_per_epoch"] = recipe.StepsPerEpoch,
        };
        if (recipe.Data is { } data) json["data"] = Data(data);
        if (recipe.Model is { } model) json["model"] = Model(model);
        json["optimizer"] = Optimizer(recipe);
        json[ScheduledQuantity.LearningRate.Key] = ScheduleWriter.Write(recipe.LearningRate, recipe.TotalSteps);
        json[ScheduledQuantity.WeightDecay.Key] = ScheduleWriter.Write(recipe.WeightDecay, recipe.TotalSteps);
        json[ScheduledQuantity.Momentum.Key] = ScheduleWriter.Write(recipe.Momentum, recipe.TotalSteps);
        if (recipe.Equivalent is { } equivalent)
        {
            var form = new JsonObject { ["form"] = FormWords.Of(equivalent.Form) };
            Add(form, ScheduledQuantity.WeightDecay, equivalent.WeightDecay, recipe.TotalSteps);
            json["equivalent"] = form;
        }
        if (recipe.AutoDecay is { } autoDecay) json["auto_decay"] = AutoDecay(autoDecay);
        json["loss"] = new JsonObject { ["name"] = RecipeWords.Of(recipe.Loss.Kind), ["label_smoothing"] = recipe.Loss.LabelSmoothing };
        json["precision"] = RecipeWords.Of(recipe.Precision);
        var log = new JsonObject
        {
            ["every"] = Steps(recipe.Log.EverySteps),
            ["monitors"] = StepsOrNever(recipe.Log.MonitorSteps),
            ["noise"] = StepsOrNever(recipe.Log.NoiseSteps),
        };
        if (recipe.Log.EvaluationSteps is { } evaluation) log["evaluate"] = Steps(evaluation);
        json["log"] = log;
        json["checkpoint"] = Checkpoint(recipe);
        return json;
    }

    /// <summary>The canonical recipe as YAML, one line a part, with its hash as a comment above it.</summary>
    public static string ToYaml(Recipe recipe) => $"# sha256 {recipe.Hash}\n{FlowYaml.Write(ToJson(recipe))}";

    /// <summary>
    /// The canonical recipe as YAML for one who continues with it: without <c>steps_per_epoch</c> where the data decide it.
    /// </summary>
    internal static string ToOwnYaml(Recipe recipe)
    {
        var json = ToJson(recipe);
        if (recipe.Data is not null) json.Remove("steps_per_epoch");
        return FlowYaml.Write(json);
    }

    /// <summary>SHA-256 of <see cref="Deciding"/>.</summary>
    internal static string HashOf(Recipe recipe) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Deciding(recipe).ToJsonString())));

    /// <summary>
    /// The canonical JSON of what decides the training: without <c>data.folder</c> and <c>data.file</c>, which say where the data lie and
    /// not what they are, and without <c>checkpoint</c>.
    /// </summary>
    internal static JsonObject Deciding(Recipe recipe)
    {
        var json = ToJson(recipe);
        (json["data"] as JsonObject)?.Remove("folder");
        (json["data"] as JsonObject)?.Remove("file");
        json.Remove("checkpoint");
        return json;
    }

    private static JsonObject Checkpoint(Recipe recipe)
    {
        var json = new JsonObject { ["every"] = Steps(recipe.Checkpoint.EverySteps ?? recipe.StepsPerEpoch) };
        if (recipe.Checkpoint.Keep != CheckpointRetention.Last) json["keep"] = RecipeWords.Of(recipe.Checkpoint.Keep);
        if (recipe.Checkpoint.EveryMinutes is { } minutes) json["every_minutes"] = minutes;
        return json;
    }

    private static JsonObject AutoDecay(AutoDecaySpec rule) => new()
    {
        ["factor"] = rule.Factor,
        ["window"] = rule.Window,
        ["tolerance"] = rule.Tolerance,
        ["patience"] = rule.Patience,
        ["significance"] = rule.Significance,
        ["shortest"] = rule.Shortest,
        ["stages"] = rule.Stages,
    };

    private static JsonObject Data(DataSpec data)
    {
        var json = new JsonObject { ["set"] = data.Set };
        if (data.Folder is { } folder) json["folder"] = folder;
        if (!data.Classes.IsEmpty) json["classes"] = new JsonArray([.. data.Classes.Select(label => (JsonNode)label)]);
        if (data.FitTo is { } size) json["image"] = $"{size}";
        if (data.Text is { } text)
        {
            if (text.File is { } file) json["file"] = file;
            json["context"] = text.Context;
        }
        json["train"] = data.IsMade ? data.DrawnTraining : data.TrainCount;
        json["test"] = data.IsMade ? data.DrawnTest : data.TestCount;
        json["batch"] = data.Batch;
        if (data.Text is not null)
        {
            json["drop_last"] = data.DropLast;
            return json;
        }
        json["augment"] = RecipeWords.Of(data.Augment);
        json["drop_last"] = data.DropLast;
        if (data.Patterns is null && data.LabelNoise is null && data.Patches is null) return json;
        json["seed"] = data.Seed;
        if (data.Patterns is { } patterns)
            json["patterns"] = new JsonObject
            {
                ["kind"] = RecipeWords.Of(patterns.Kind),
                ["sigma"] = patterns.Sigma,
                ["noise"] = patterns.Noise,
                ["simple"] = patterns.Simple,
                ["complex"] = patterns.Complex
            };
        if (data.LabelNoise is { } noise)
            json["label_noise"] = new JsonObject { ["kind"] = RecipeWords.Of(noise.Kind), ["fraction"] = noise.Fraction };
        if (data.Patches is { } patches) json["patches"] = new JsonObject { ["fraction"] = patches.Fraction, ["size"] = patches.Size };
        return json;
    }

    private static JsonObject Model(ModelSpec model)
    {
        var json = new JsonObject { ["name"] = model.Name, ["width"] = model.Width, ["norm"] = RecipeWords.Of(model.Norm) };
        if (model.Norm == NormKind.Group) json["groups"] = model.Groups;
        json["affine"] = model.Affine;
        json["head"] = RecipeWords.Of(model.Head);
        json["epsilon"] = model.Epsilon;
        if (model.Transformer is { } form)
        {
            json["layers"] = form.Layers;
            json["heads"] = form.Heads;
            json["qk_norm"] = form.HasQkNorm;
            json["activation"] = RecipeWords.Of(form.Activation);
            json["positions"] = RecipeWords.Of(form.Positions);
            return json;
        }
        json["convolution"] = RecipeWords.Of(model.Convolution);
        json["momentum"] = model.StatisticsMomentum;
        if (model.Kind == ModelKind.Mlp) json["hidden"] = new JsonArray([.. model.Hidden.Select(units => (JsonNode)units)]);
        return json;
    }

    private static JsonObject Optimizer(Recipe recipe)
    {
        var optimizer = recipe.Optimizer;
        var json = new JsonObject { ["name"] = optimizer.Name };
        foreach (var option in OptimizerFamily.Of(optimizer).Options) json[option.Key] = option.Write(optimizer);
        if (optimizer.Groups.Length == 0) return json;
        var groups = new JsonObject();
        foreach (var group in optimizer.Groups)
        {
            var schedules = new JsonObject();
            Add(schedules, ScheduledQuantity.LearningRate, group.LearningRate, recipe.TotalSteps);
            Add(schedules, ScheduledQuantity.WeightDecay, group.WeightDecay, recipe.TotalSteps);
            Add(schedules, ScheduledQuantity.Momentum, group.Momentum, recipe.TotalSteps);
            groups[RecipeWords.Of(group.Parameters)] = schedules;
        }
        json["groups"] = groups;
        return json;
    }

    private static void Add(JsonObject json, ScheduledQuantity quantity, Schedule? schedule, long totalSteps)
    {
        if (schedule is not null) json[quantity.Key] = ScheduleWriter.Write(schedule, totalSteps);
    }

    private static string StepsOrNever(long? steps) => steps is { } number ? Steps(number) : LogSpec.Never;

    private static string Steps(long steps) => $"{steps}ba";
}
