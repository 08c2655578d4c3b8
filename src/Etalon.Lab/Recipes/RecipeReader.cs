using Etalon.Lab.Data;
using Etalon.Lab.Files;
using Etalon.Lab.Models;
using Etalon.Lab.Optimizers;
using Etalon.Schedules;

namespace Etalon.Lab.Recipes;

/// <summary>
/// Reads a recipe, YAML or JSON, with its overrides. Every problem in it is reported at once, each with its line and column.
/// </summary>
public static class RecipeReader
{
    /// <summary>Reads a recipe from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">"key=value" with dotted keys, in order; a later one wins.</param>
    /// <exception cref="InputException">The file cannot be read, or the recipe has problems.</exception>
    public static ReadRecipe ReadFile(string path, IReadOnlyList<string>? overrides = null) =>
        Read(TextOf(path, "recipe", "recipes/digits.yaml"), path, overrides) with { File = path };

    /// <summary>The text of a file, as far as one may be that long.</summary>
    /// <param name="path">The file.</param>
    /// <param name="what">What it should hold.</param>
    /// <param name="example">A file that holds such a thing.</param>
    /// <exception cref="InputException">The file cannot be read.</exception>
    internal static string TextOf(string path, string what, string example)
    {
        CurrentFolder.Require(path);
        if (Directory.Exists(path)) throw new InputException($"{path}: is a folder; give a {what}'s file");
        if (!File.Exists(path)) throw new InputException($"{path}: no such file; give a {what} such as {example}");
        try
        {
            return TextOf(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: {e.Message}");
        }
    }

    /// <summary>Reads a recipe from a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="source">The file's name: for messages, for the default of <c>name</c>, and for paths inside the recipe.</param>
    /// <param name="overrides">"key=value" with dotted keys, in order; a later one wins.</param>
    /// <exception cref="InputException">The recipe has problems.</exception>
    public static ReadRecipe Read(string text, string source = "recipe", IReadOnlyList<string>? overrides = null) =>
        RecipeTemplate.Of(text, source).With(overrides ?? []);

    /// <summary>Reads a recipe's <c>data</c> where there is no recipe around it.</summary>
    /// <param name="data">What stands after <c>data:</c>.</param>
    /// <param name="source">For messages.</param>
    /// <param name="overrides">"data.key=value", in order; a later one wins.</param>
    /// <exception cref="InputException">The data have problems.</exception>
    public static DataSpec ReadData(string data, string source, IReadOnlyList<string> overrides) =>
        Read($"duration: 1ba\nlearning_rate: 0\ndata: {data}", source, overrides).Recipe.Data!;

    /// <summary>
    /// Reads a recipe that etalon wrote, which may be longer than one that people write: a table stands in it value by value.
    /// </summary>
    /// <param name="text">What <see cref="RecipeWriter"/> wrote.</param>
    /// <param name="source">The file's name for messages.</param>
    /// <param name="overrides">"key=value" with dotted keys, in order; a later one wins.</param>
    /// <exception cref="InputException">The recipe has problems.</exception>
    internal static ReadRecipe ReadWritten(string text, string source, IReadOnlyList<string> overrides) =>
        RecipeTemplate.Of(text, source, int.MaxValue).With(overrides);

    /// <summary>Reads a recipe from its nodes, in which the overrides are applied.</summary>
    internal static ReadRecipe Read(RecipeMap map, RecipeProblems problems, RecipeWarnings warnings, string text, string source,
        IReadOnlyList<string> overrides)
    {
        var (recipe, tables) = ReadSections(new SectionReader(map, "", problems), source, warnings);
        problems.ThrowIfAny();
        return new ReadRecipe(recipe!, text, File: null, tables, overrides, warnings.InOrder());
    }

    /// <summary>What stands in a text that is being written, with all that is wrong with it so far.</summary>
    internal static RecipeProblems Problems(RecipeMap map)
    {
        var problems = new RecipeProblems();
        ReadSections(new SectionReader(map, "", problems), "recipe", new RecipeWarnings { AreWanted = false });
        return problems;
    }

    // One character more than a recipe may have, so that the reading refuses it: devices and pipes do not tell their length.
    private static string TextOf(string path)
    {
        using var file = new StreamReader(path);
        var buffer = new char[RecipeText.LargestLength + 1];
        return new string(buffer, 0, file.ReadBlock(buffer));
    }

    private static (Recipe? Recipe, IReadOnlyList<string> Tables) ReadSections(SectionReader root, string source, RecipeWarnings warnings)
    {
        var problems = root.Problems;
        var name = root.Read("name", NameOf(source), Name);
        var seed = root.Read("seed", 1UL, ScalarReader.Seed);
        var hasData = root.Map.Find("data") is not null;
        var data = Section(root, "data", section => DataReader.Read(section, Path.GetDirectoryName(source) ?? ""), (DataSpec?)null);
        var time = RecipeTime.Read(root, data, hasData, Path.GetDirectoryName(source) ?? "");
        var model = Section(root, "model", ModelReader.Read, (ModelSpec?)null);

        if (data is not null && model is not null && (data.Text is null) == (model.Kind == ModelKind.Transformer))
            problems.Add(root.Map.Find("model")!.Value.Place, data.Text is null
                ? $"model.name = {model.Name}: a transformer reads a text, and data.set is {data.Set}; write set: text, or another model"
                : $"model.name = {model.Name}: a text is read by a transformer; write name: transformer, or another data set");
        if (model is { Norm: NormKind.Batch } && data is { SmallestBatch: 1 })
            warnings.Add(root.Map.Find("data")!.Value.Place, StatisticsOfOne(data));

        var schedules = new ScheduleReader(time, problems, warnings);
        var rate = schedules.Read(root, ScheduledQuantity.LearningRate);
        if (root.Map.Find(ScheduledQuantity.LearningRate.Key) is null)
            root.Missing(ScheduledQuantity.LearningRate.Key, "write a number such as 0.1, a piece, or a list of pieces");
        var decay = schedules.Read(root, ScheduledQuantity.WeightDecay) ?? new Constant(0, time.TotalSteps);
        var momentum = schedules.Read(root, ScheduledQuantity.Momentum);
        if (schedules.CycleMomentum is not null && root.Map.Find(ScheduledQuantity.Momentum.Key) is { } second)
            problems.Add(second.Key.Place, "momentum: the learning rate's one_cycle sets the momentum already; keep one of the two");
        momentum ??= schedules.CycleMomentum ?? new Constant(0, time.TotalSteps);
        var optimizer = Section(root, "optimizer", section => OptimizerReader.Read(section, schedules, model), new SgdSpec());
        OptimizerReader.RefuseMomentum(root, optimizer, momentum);
        if (rate is not null)
            ScheduleWarnings.OfStep(
                rate, optimizer, time.TotalSteps, root.Map.Find(ScheduledQuantity.LearningRate.Key)!.Value.Place, warnings);
        if (momentum is not Constant) optimizer = optimizer.WithScheduledBeta1 ?? optimizer;
        var equivalent = Section(root, "equivalent", section => EquivalentReader.Read(section, schedules), (EquivalentSpec?)null);
        var autoDecay = Section(root, "auto_decay", AutoDecayReader.Read, (AutoDecaySpec?)null);
        if (equivalent is not null && root.Map.Find("auto_decay") is { } controller)
            problems.Add(controller.Key.Place,
                "auto_decay: a conversion needs the whole schedule beforehand, and this rate follows the loss; keep one of equivalent "
                + "and auto_decay");
        var loss = Section(root, "loss", LossReader.Read, new LossSpec());
        var precision = root.Read("precision", Precision.Float32, ScalarReader.Choice<Precision>);
        var log = Section(root, "log", section => Log(section, time), new LogSpec());
        var checkpoint = Section(root, "checkpoint", section => Checkpoint(section, time), new CheckpointSpec());
        root.Close();
        if (problems.Any) return default;
        var recipe = new Recipe
        {
            Name = name,
            Seed = seed,
            TotalSteps = time.TotalSteps,
            StepsPerEpoch = time.StepsPerEpoch,
            Data = data,
            Model = model,
            Optimizer = optimizer,
            LearningRate = rate!,
            WeightDecay = decay,
            Momentum = momentum,
            Equivalent = equivalent,
            AutoDecay = autoDecay,
            Loss = loss,
            Precision = precision,
            Log = log,
            Checkpoint = checkpoint,
        };
        return (recipe, time.Tables);
    }

    private static string StatisticsOfOne(DataSpec data) => data.Batch == 1
        ? "data.batch = 1: batch normalization takes the statistics of a single image, and evaluates with those of many; write a larger "
            + "batch, or another norm"
        : $"data.batch = {data.Batch}: the last batch of an epoch has a single image, of which batch normalization takes its statistics; "
            + $"write drop_last: true, or another batch";

    private static T Section<T>(SectionReader root, string key, Func<SectionReader, T> read, T absent) =>
        root.Take(key) is { } node && SectionReader.Open(node, key, root.Problems) is { } section ? read(section) : absent;

    private static LogSpec Log(SectionReader section, RecipeTime time)
    {
        var log = section.Set(new LogSpec(), "every", time.Steps, (s, v) => s with { EverySteps = v });
        log = section.Set(log, "monitors", node => StepsOrNever(node, time), (s, v) => s with { MonitorSteps = v });
        log = section.Set(log, "noise", node => StepsOrNever(node, time), (s, v) => s with { NoiseSteps = v });
        log = section.Set(log, "evaluate", time.Steps, (s, v) => s with { EvaluationSteps = v });
        section.Close();
        return log;
    }

    private static long? StepsOrNever(RecipeNode node, RecipeTime time) =>
        node is RecipeScalar { Text: LogSpec.Never } ? null : time.Steps(node);

    private static CheckpointSpec Checkpoint(SectionReader section, RecipeTime time)
    {
        var checkpoint = section.Set(new CheckpointSpec(), "every", time.Steps, (s, v) => s with { EverySteps = v });
        checkpoint = section.Set(checkpoint, "every_minutes", ScalarReader.Number, (s, v) => s with { EveryMinutes = v });
        checkpoint = section.Set(checkpoint, "keep", ScalarReader.Choice<CheckpointRetention>, (s, v) => s with { Keep = v });
        section.Close();
        return checkpoint;
    }

    internal static string Name(RecipeNode node)
    {
        var name = ScalarReader.Text(node);
        return name.Length <= 80 && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new ValueException(node,
            "names a folder: at most 80 letters, digits, dashes, dots and underscores, and no dot in front");
    }

    internal static string NameOf(string source)
    {
        var stem = string.Concat(Path.GetFileNameWithoutExtension(source).Where(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
        return stem.Length is > 0 and <= 80 ? stem : "recipe";
    }
}
