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
public static class RecipeWriter
{
    /// <summary>The canonical recipe as JSON.</summary>
    public static JsonObject ToJson(Recipe spec)
    {
        var json = new JsonObject
        {
            ["name"] = spec.Name,
            ["seed"] = spec.Seed,
            ["duration"] = Steps(spec.TotalSteps),
            ["steps_per_epoch"] = spec.StepsPerEpoch,
        };
        if (spec.Data is { } data) json["data"] = Data(data);
        if (spec.Model is { } model) json["model"] = Model(model);
        json["optimizer"] = Optimizer(spec);
        json[ScheduledQuantity.LearningRate.Key] = ScheduleWriter.Write(spec.LearningRate, spec.TotalSteps);
        json[ScheduledQuantity.WeightDecay.Key] = ScheduleWriter.Write(spec.WeightDecay, spec.TotalSteps);
        json[ScheduledQuantity.Momentum.Key] = ScheduleWriter.Write(spec.Momentum, spec.TotalSteps);
        if (spec.Equivalent is { } equivalent)
        {
            var form = new JsonObject { ["form"] = FormWords.Of(equivalent.Form) };
            Add(form, ScheduledQuantity.WeightDecay, equivalent.WeightDecay, spec.TotalSteps);
            json["equivalent"] = form;
        }
        if (spec.AutoDecay is { } autoDecay) json["auto_decay"] = AutoDecay(autoDecay);
        json["loss"] = new JsonObject { ["name"] = RecipeWords.Of(spec.Loss.Kind), ["label_smoothing"] = spec.Loss.LabelSmoothing };
        json["precision"] = RecipeWords.Of(spec.Precision);
        var log = new JsonObject
        {
            ["every"] = Steps(spec.Log.EverySteps),
            ["monitors"] = StepsOrNever(spec.Log.MonitorSteps),
            ["noise"] = StepsOrNever(spec.Log.NoiseSteps),
        };
        if (spec.Log.EvaluationSteps is { } evaluation) log["evaluate"] = Steps(evaluation);
        json["log"] = log;
        json["checkpoint"] = Checkpoint(spec);
        return json;
    }

    /// <summary>The canonical recipe as YAML, one line a part, with its hash as a comment above it.</summary>
    public static string ToYaml(Recipe spec) => $"# sha256 {spec.Hash}\n{FlowYaml.Write(ToJson(spec))}";

    /// <summary>The canonical recipe as YAML for one who goes on with it: without <c>steps_per_epoch</c> where the data decide it.</summary>
    internal static string ToOwnYaml(Recipe spec)
    {
        var json = ToJson(spec);
        if (spec.Data is not null) json.Remove("steps_per_epoch");
        return FlowYaml.Write(json);
    }

    /// <summary>SHA-256 of <see cref="Deciding"/>.</summary>
    internal static string HashOf(Recipe spec) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Deciding(spec).ToJsonString())));

    /// <summary>
    /// The canonical JSON of what decides the training: without <c>data.folder</c>, which says where the files lie and not what they are, and
    /// without <c>checkpoint</c>.
    /// </summary>
    internal static JsonObject Deciding(Recipe spec)
    {
        var json = ToJson(spec);
        (json["data"] as JsonObject)?.Remove("folder");
        json.Remove("checkpoint");
        return json;
    }

    private static JsonObject Checkpoint(Recipe spec)
    {
        var json = new JsonObject { ["every"] = Steps(spec.Checkpoint.EverySteps ?? spec.StepsPerEpoch) };
        if (spec.Checkpoint.Keep != CheckpointRetention.Last) json["keep"] = RecipeWords.Of(spec.Checkpoint.Keep);
        if (spec.Checkpoint.EveryMinutes is { } minutes) json["every_minutes"] = minutes;
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
        json["train"] = data.Patterns is null ? data.TrainCount : data.DrawnTraining;
        json["test"] = data.Patterns is null ? data.TestCount : data.DrawnTest;
        json["batch"] = data.Batch;
        json["augment"] = RecipeWords.Of(data.Augment);
        json["drop_last"] = data.DropLast;
        if (data.Patterns is null && data.LabelNoise is null && data.Patches is null) return json;
        json["seed"] = data.Seed;
        if (data.Patterns is { } patterns)
            json["patterns"] = new JsonObject { ["kind"] = RecipeWords.Of(patterns.Kind), ["sigma"] = patterns.Sigma, ["noise"] = patterns.Noise, ["simple"] = patterns.Simple, ["complex"] = patterns.Complex };
        if (data.LabelNoise is { } noise) json["label_noise"] = new JsonObject { ["kind"] = RecipeWords.Of(noise.Kind), ["fraction"] = noise.Fraction };
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
        json["convolution"] = RecipeWords.Of(model.Convolution);
        json["momentum"] = model.StatisticsMomentum;
        if (model.Kind == ModelKind.Mlp) json["hidden"] = new JsonArray([.. model.Hidden.Select(units => (JsonNode)units)]);
        return json;
    }

    private static JsonObject Optimizer(Recipe spec)
    {
        var optimizer = spec.Optimizer;
        var json = new JsonObject { ["name"] = optimizer.Name };
        foreach (var option in OptimizerFamily.Of(optimizer).Options) json[option.Key] = option.Write(optimizer);
        if (optimizer.Groups.Length == 0) return json;
        var groups = new JsonObject();
        foreach (var group in optimizer.Groups)
        {
            var schedules = new JsonObject();
            Add(schedules, ScheduledQuantity.LearningRate, group.LearningRate, spec.TotalSteps);
            Add(schedules, ScheduledQuantity.WeightDecay, group.WeightDecay, spec.TotalSteps);
            Add(schedules, ScheduledQuantity.Momentum, group.Momentum, spec.TotalSteps);
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
