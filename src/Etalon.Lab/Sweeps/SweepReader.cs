using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;

namespace Etalon.Lab.Sweeps;

/// <summary>
/// Reads a sweep's file, YAML or JSON, and all the recipes that follow from it. Everything that is wrong is told at once, each
/// problem with its line and column.
/// </summary>
internal static class SweepReader
{
    private const int MostTrials = 100_000, MostSeeds = 10_000;

    /// <summary>Reads a sweep from a file.</summary>
    /// <param name="path">The file; recipes in it are named from its folder.</param>
    /// <exception cref="InputException">The file cannot be read, or the sweep or a recipe in it has problems.</exception>
    public static Sweep ReadFile(string path) => Read(RecipeReader.TextOf(path, "sweep", "sweeps/digits-rate-decay.yaml"), path);

    /// <summary>Reads a sweep from a text.</summary>
    /// <param name="text">YAML or JSON.</param>
    /// <param name="source">The file's name: for messages, for the default of <c>name</c>, and for the places of recipes.</param>
    /// <exception cref="InputException">The sweep or a recipe in it has problems.</exception>
    public static Sweep Read(string text, string source)
    {
        var problems = new RecipeProblems();
        // Of an empty text the recipe's reader names what a recipe needs.
        if (text.Split('\n').All(line => line.Trim() is "" or ['#', ..]))
            problems.Add(new SourceLocation(source, 1, 1), "the sweep is empty; it needs at least recipe: ../recipes/digits.yaml");
        problems.ThrowIfAny();
        var root = RecipeText.Parse(text, source, problems, what: "sweep");
        if (root is not null and not RecipeMap)
            problems.Add(root.Place, $"a sweep is a set of keys, as in \"recipe: recipes/digits.yaml\", not {root.Kind}");
        problems.ThrowIfAny();
        RefuseRecipe((RecipeMap)root!, source);
        var section = new SectionReader((RecipeMap)root!, "", problems);
        string name = section.Read("name", RecipeReader.NameOf(source), RecipeReader.Name);
        var recipes = section.Need("recipe", [], "name a recipe's file, as in recipe: ../recipes/digits.yaml", Files);
        var axes = section.Take("over") is { } over ? AxisReader.Read(over, problems) : [];
        var conditions = section.Read("where", [], node => Conditions(node, AxisReader.KeysOf(section.Map.Find("over")?.Value), problems));
        // What a condition says of a key whose values are wrong is not known.
        var judged = conditions.FindAll(pair => axes.SelectMany(axis => axis.Keys).ToHashSet().IsSupersetOf(pair.Condition.Keys));
        var seeds = section.Read("seeds", [], Seeds);
        var metric = section.Take("metric") is { } wanted ? Metric(wanted, problems) : new SweepMetric();
        var slurm = section.Take("slurm") is { } asked && SectionReader.Open(asked, "slurm", problems) is { } cluster
            ? SlurmSettings.Read(cluster) : new SlurmSettings();
        var halving = section.Take("halving");
        section.Close();

        double count = axes.Aggregate((double)recipes.Count * Math.Max(1, seeds.Count), (product, axis) => product * axis.Choices.Count);
        if (count > MostTrials)
            problems.Add(section.Map.Place,
                $"the sweep has {count:N0} trials, and at most {MostTrials:N0} are possible; take fewer values or seeds");
        if (count > MostTrials) problems.ThrowIfAny();

        var folder = Path.GetDirectoryName(source) ?? "";
        string[] files = [.. recipes.Select(file => Path.Combine(folder, file.Text))];
        var configurations = new List<SweepConfiguration>();
        var hashes = new Dictionary<string, string>();
        foreach (var (scalar, file) in recipes.Zip(files))
        {
            if (RecipeFileOf(scalar, file, problems) is not { } recipe) continue;
            foreach (var changes in Product(axes))
            {
                if (!AreMet(judged, changes, problems)) continue;
                if (Configuration(recipe, files.Length > 1, changes, seeds, hashes, problems) is { } configuration)
                    configurations.Add(configuration);
            }
        }
        var halved = halving is not null && SectionReader.Open(halving, "halving", problems) is { } rungs
            ? SweepHalving.Read(rungs, metric, [.. configurations.Select(configuration => configuration.Trials[0].Recipe)]) : null;
        if (!problems.Any && configurations.Count == 0)
            problems.Add(section.Map.Place, "where leaves no configuration; take a condition away");
        problems.ThrowIfAny();
        return new Sweep
        {
            Name = name,
            File = source,
            RecipeFiles = files,
            Metric = metric,
            Halving = halved,
            Slurm = slurm,
            Configurations = configurations,
        };
    }

    // Its keys would each be unknown.
    private static void RefuseRecipe(RecipeMap root, string source)
    {
        if (root.Find("recipe") is null && root.Find("over") is null && (root.Find("learning_rate") ?? root.Find("model")) is not null)
            throw new InputException($"{source}: this is a recipe, and a sweep names one: write recipe: {Path.GetFileName(source)} into a "
                + "file beside it, and over: for what changes; etalon train trains the recipe alone");
    }

    // Each one by itself, so that what is wrong with a first one hides nothing of a second.
    private static List<(RecipeNode Node, SweepCondition Condition)> Conditions(RecipeNode node, IReadOnlyList<string> keys,
        RecipeProblems problems)
    {
        var conditions = new List<(RecipeNode, SweepCondition)>();
        foreach (var item in ScalarReader.List(node, item => item))
        {
            try
            {
                conditions.Add((item, SweepCondition.Read(item, keys)));
            }
            catch (ValueException exception)
            {
                problems.Add(exception.Node, "where", exception.Message);
            }
        }
        return conditions;
    }

    // The last axis varies fastest.
    private static IEnumerable<IReadOnlyList<SweepChange>> Product(IReadOnlyList<SweepAxis> axes) =>
        axes.Aggregate((IEnumerable<IReadOnlyList<SweepChange>>)[[]], (begun, axis) =>
            begun.SelectMany(changes => axis.Choices, IReadOnlyList<SweepChange> (changes, choice) => [.. changes, .. choice]));

    private static bool AreMet(List<(RecipeNode Node, SweepCondition Condition)> conditions, IReadOnlyList<SweepChange> changes,
        RecipeProblems problems)
    {
        foreach (var (node, condition) in conditions)
        {
            try
            {
                if (!condition.Holds(changes)) return false;
            }
            catch (FormatException exception)
            {
                problems.Add(node, "where", exception.Message);
                return false;
            }
        }
        return true;
    }

    private static SweepConfiguration? Configuration(
        NamedRecipe named, bool isOneOfSeveral, IReadOnlyList<SweepChange> changes, List<ulong> seeds,
        Dictionary<string, string> hashes, RecipeProblems problems)
    {
        if (Recipe(named, changes, problems) is not { } read) return null;
        if (read.Recipe is not { Data: not null, Model: not null })
        {
            problems.Add(named.Node, "recipe", "a trial trains, so its recipe needs data and model");
            return null;
        }
        KeyValuePair<string, string>[] shown = [.. changes.Select(change => KeyValuePair.Create(change.Key, change.Value))];
        var trials = seeds.Count == 0 ? [new Trial(read)] : seeds.ConvertAll(seed => WithSeed(read, seed));
        if (isOneOfSeveral) shown = [new("recipe", named.Node.Text), .. shown];
        var configuration = new SweepConfiguration { Changes = shown, Trials = trials };
        if (hashes.TryAdd(trials[0].Recipe.Hash, configuration.Label)) return configuration;
        problems.Add(changes.Count > 0 ? changes[^1].Place : named.Node.Place,
            $"{configuration.Label} gives the same recipe as {hashes[trials[0].Recipe.Hash]}; take one of the two away");
        return null;
    }

    private static NamedRecipe? RecipeFileOf(RecipeScalar node, string file, RecipeProblems problems)
    {
        if (!Path.Exists(file))
        {
            problems.Add(node.Place, $"recipe = {node.Text}: no such file; recipes are named from the sweep's folder, so that it would be "
                + Path.GetFullPath(file));
            return null;
        }
        try
        {
            return new NamedRecipe(node, file, RecipeTemplate.Of(RecipeReader.TextOf(file, "recipe", "../recipes/digits.yaml"), file));
        }
        catch (InputException exception)
        {
            foreach (string problem in exception.Problems) problems.Add(node.Place, problem);
            return null;
        }
    }

    private static ReadRecipe? Recipe(NamedRecipe named, IReadOnlyList<SweepChange> changes, RecipeProblems problems)
    {
        try
        {
            return named.Template.OneOfManyWith([.. changes.Select(change => change.Override)]) with { File = named.File };
        }
        catch (InputException exception)
        {
            foreach (string problem in exception.Problems)
            {
                // What a change brought is wrong where the sweep's file says it.
                var change = changes.FirstOrDefault(change =>
                    problem.StartsWith($"override {change.Override}: ", StringComparison.Ordinal));
                if (change is null)
                {
                    problems.Add(named.Node.Place, problem);
                    continue;
                }
                string text = problem[$"override {change.Override}: ".Length..];
                // A wrong key is as wrong with each of its values.
                if (named.Told.TryAdd((change.Key, text), change.Place) || named.Told[(change.Key, text)] == change.Place)
                    problems.Add(change.Place, text);
            }
            return null;
        }
    }

    // As the same override would read: nothing else in a recipe depends on the seed.
    private static Trial WithSeed(ReadRecipe read, ulong seed) =>
        new(read with { Recipe = read.Recipe with { Seed = seed }, Overrides = [.. read.Overrides, $"seed={seed}"] });

    private static List<RecipeScalar> Files(RecipeNode node)
    {
        List<RecipeNode> items = node is RecipeList list ? list.Items : [node];
        if (items.Count == 0) throw new ValueException(node, "must name a recipe's file, or a list of them");
        foreach (var item in items) ScalarReader.Text(item);
        List<RecipeScalar> files = [.. items.Cast<RecipeScalar>()];
        return files.DistinctBy(file => file.Text).Count() == files.Count ? files : throw new ValueException(node, "names a file twice");
    }

    private static List<ulong> Seeds(RecipeNode node)
    {
        if (node is not RecipeList)
        {
            int count = ScalarReader.Integer(node);
            return count is >= 1 and <= MostSeeds ? [.. Enumerable.Range(1, count).Select(seed => (ulong)seed)]
                : throw new ValueException(node, $"must be a count from 1 to {MostSeeds}, or a list of seeds");
        }
        var seeds = ScalarReader.List(node, ScalarReader.Seed);
        return seeds.Count > 0 && seeds.Distinct().Count() == seeds.Count ? seeds
            : throw new ValueException(node, "must be a list of different seeds, at least one");
    }

    private static SweepMetric Metric(RecipeNode node, RecipeProblems problems)
    {
        if (node is RecipeScalar)
        {
            var whole = new SectionReader(new RecipeMap([new(new RecipeScalar("name", false, node.Place), node)], node.Place), "metric",
                problems);
            return Metric(whole);
        }
        return SectionReader.Open(node, "metric", problems) is { } section ? Metric(section) : new SweepMetric();
    }

    private static SweepMetric Metric(SectionReader section)
    {
        string name = section.Need("name", SweepMetric.TestAccuracy, "write the name of a metric, as in name: test/accuracy",
            MetricName);
        var (moment, step) = section.Read("at", (MetricMoment.Last, 0L), Moment);
        string goal = section.Read("goal", SweepMetric.IsUsuallyHigherBetter(name) ? "max" : "min", node =>
            ScalarReader.Word(node, ["max", "min"]));
        section.Close();
        return new SweepMetric { Name = name, Moment = moment, Step = step, IsHigherBetter = goal == "max" };
    }

    // A name that no run has would be missed at the end of all training, or let no trial beyond its first rung.
    private static string MetricName(RecipeNode node)
    {
        string name = ScalarReader.Text(node);
        return MetricNames.MayBe(name) ? name
            : throw new ValueException(node, $"a run has no {name}; {MetricNames.RemedyOf(name)}");
    }

    private static (MetricMoment Moment, long Step) Moment(RecipeNode node)
    {
        switch (ScalarReader.Scalar(node, "last, best or a number of updates").Text)
        {
            case "last": return (MetricMoment.Last, 0);
            case "best": return (MetricMoment.Best, 0);
            case var text when NumberText.TryReadWhole(text, out long step, out _) && step >= 1: return (MetricMoment.Step, step);
            default: throw new ValueException(node, "must be last, best, or a number of updates such as 300");
        }
    }

    // A recipe's file as the sweep names it, parsed once for all configurations.
    private sealed record NamedRecipe(RecipeScalar Node, string File, RecipeTemplate Template)
    {
        public Dictionary<(string Key, string Problem), SourceLocation> Told { get; } = [];
    }
}
