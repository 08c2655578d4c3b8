using System.Text.RegularExpressions;
using Etalon.Engine;
using Etalon.Lab.Data;
using Etalon.Lab.RangeTests;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Schedules;

namespace Etalon.Workbench.Tests;

/// <summary>The C# of the documents, run; the last test holds the documents to it, paragraph by paragraph.</summary>
public partial class DocumentExamples
{
    private static readonly StringWriter Console = new();

    [Fact]
    public void Data()
    {
        DataSet digits = DataCatalog.Load("digits");
        var options = new BatchOptions { Seed = 1, Augmentation = CropFlip.None };
        var source = BatchSource<float>.ForTraining(digits, batchSize: 128, options);
        using var batches = new BatchPrefetcher<float>(source, epoch: 0, batch: 0);
        for (int step = 0; step < source.BatchesPerEpoch; step++)
        {
            Batch<float> batch = batches.Next();   // valid until the next call
            Console.WriteLine($"{batch.Count} images, the first one a {batch.Labels[0]}");
        }
    }

    [Fact]
    public void Engine()
    {
        var build = new NetworkBuilder<float>(height: 8, width: 8, channels: 1);
        var x = build.Convolution("conv", build.Input, outputs: 16, kernel: 3);
        x = build.Rectify(build.BatchNormalization("norm", x));
        x = build.Linear("head", build.GlobalAveragePool("pool", x), outputs: 10);

        using var workers = new Workers(2);
        using var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 4, workers);
        network.Initialize(seed: 1);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions { IsNesterov = true });

        float[] images = new float[4 * 8 * 8];   // [image][height][width][channel]
        int[] labels = [0, 1, 2, 3];
        for (int step = 0; step < 3; step++)
        {
            LossResult result = network.Forward(images, labels, isTraining: true);
            network.Backward();
            sgd.Update([new Hyperparameters(Rate: 0.1, WeightDecay: 5e-4, Momentum: 0.9)], workers);
            Console.WriteLine($"loss {result.Loss:F4}");
        }
    }

    [Fact]
    public void Readme()
    {
        float[] images = new float[32 * 8 * 8]; // yours: [image][height][width][channel]
        int[] labels = new int[32]; // the class of each image, from 0

        var numbers = new CounterStream(seed: 1, "readme");
        for (int i = 0; i < labels.Length; i++) labels[i] = i % 10;
        foreach (ref float pixel in images.AsSpan()) pixel = (float)numbers.NextNormal();

        var run = new RunLength(epochs: 2, stepsPerEpoch: 40);
        var rate = new Warmup(0.1, run.Epochs(0.5)).Then(new Cosine(0.1, 0, run.After(0.5)));
        var build = new NetworkBuilder<float>(height: 8, width: 8, channels: 1);
        var x = build.Rectify(build.BatchNormalization("norm", build.Convolution("conv", build.Input, outputs: 16, kernel: 3)));
        x = build.Linear("head", build.GlobalAveragePool("pool", x), outputs: 10);
        using var workers = new Workers(2);
        using var network = build.Build(x, new SoftmaxCrossEntropy(), maxBatch: 32, workers);
        network.Initialize(seed: 1);
        using var sgd = new Sgd<float>(network.Parameters, network.Gradients, new SgdOptions());
        for (long step = 0; step < run.TotalSteps; step++)
            network.Train(images, labels, sgd, new Hyperparameters(rate.ValueAt(step), WeightDecay: 5e-4, Momentum: 0.9));
        Console.WriteLine($"loss {network.Forward(images, labels, isTraining: false).Loss:F3}");

        Assert.InRange(network.Forward(images, labels, isTraining: false).Loss, 0, 2.2);
    }

    [Fact]
    public void WnGrad()
    {
        using Region<double> w = new(), g = new();
        w.Declare("w", 2);
        g.Mirror(w);
        w.Allocate();
        g.Allocate();
        (w.Span[0], w.Span[1]) = (3, -2);

        using var wngrad = new WnGrad<double>(w, g, new WnGradOptions { Order = WnGradOrder.LookAhead, InitialFactor = 10 });
        using var workers = new Workers(1);
        for (int step = 0; step < 400; step++)
        {
            (g.Span[0], g.Span[1]) = (w.Span[0], 10 * w.Span[1]);   // the gradient of (x² + 10 y²)/2
            if (!wngrad.Update([new Hyperparameters(Rate: 1, WeightDecay: 0, Momentum: 0)], workers)) break;
        }
        Console.WriteLine($"b = {wngrad.Divisors(0)[0]:F1}, |g| = {wngrad.GradientNorm:E1}");
        Assert.InRange(wngrad.GradientNorm, 0, 1e-4);
    }

    [Fact]
    public void Training()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "recipes", "digits.yaml");
        var cancellation = TestContext.Current.CancellationToken;

        Recipe recipe = RecipeReader.ReadFile(path, overrides: ["duration=3ep"]).Recipe;
        using var trainer = new Trainer<float>(recipe, DataCatalog.Load("digits"), threads: 2);
        trainer.Run(new LossLines(), cancellation);
        Console.WriteLine($"{trainer.Network.Parameters.Length} parameters, {trainer.Evaluate().Accuracy:P1}");
    }

    [Fact]
    public void FindLr()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "recipes", "digits.yaml");
        var cancellation = TestContext.Current.CancellationToken;

        Recipe recipe = RecipeReader.ReadFile(path, overrides: ["model.name=mlp"]).Recipe;
        RateRangeTest test = RateRangeTest.Run(recipe, new RateTestOptions { Seeds = 2 }, threads: 2, cancellation: cancellation);
        if (test.Interval is { } usable) Console.WriteLine($"{usable.Lower:G3} to {usable.Upper:G3}: take {test.Rate}");
        foreach (string problem in test.Problems) Console.WriteLine(problem);
    }

    private sealed class LossLines : ITrainingObserver
    {
        public void Updated(in UpdateReport report) { }

        public void Evaluated(in EvaluationReport report) => Console.WriteLine($"epoch {report.Epoch}: {report.Test.Loss:F3}");
    }

    [Theory]
    [InlineData("data.md")]
    [InlineData("engine.md")]
    [InlineData("find-lr.md")]
    [InlineData("training.md")]
    [InlineData("wngrad.md")]
    [InlineData("README.md")]
    public void The_documents_show_what_is_run_here(string document)
    {
        string here = Squeeze(File.ReadAllText(SourcePath()));
        string text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "docs", document));
        var paragraphs = Blocks().Matches(text).SelectMany(match => match.Groups["code"].Value.Split("\n\n"))
            .Where(paragraph => !paragraph.StartsWith("using Etalon", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(paragraphs);
        Assert.All(paragraphs, paragraph => Assert.Contains(Squeeze(paragraph), here, StringComparison.Ordinal));
    }

    [Fact]
    public void Each_namespace_that_a_document_uses_is_there()
    {
        string[] known =
        [
            .. new[] { typeof(Schedules.Schedule), typeof(Engine.Loss), typeof(Lab.InputException) }
                .SelectMany(type => type.Assembly.GetExportedTypes()).Select(type => type.Namespace!).Distinct(),
        ];
        var used = Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "docs"), "*.md").Select(File.ReadAllText)
            .SelectMany(text => Usings().Matches(text)).Select(match => match.Groups["name"].Value).ToList();
        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.Contains(name, known));
    }

    private static string Squeeze(string code) => Spaces().Replace(code, " ").Trim();

    // Found from the output folder: a deterministic build does not know where its sources lay.
    private static string SourcePath()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Etalon.slnx"))) folder = Path.GetDirectoryName(folder);
        return Path.Combine(folder!, "tests", "Etalon.Workbench.Tests", "DocumentExamples.cs");
    }

    [GeneratedRegex("^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();

    [GeneratedRegex(@"^using (?<name>Etalon[\w.]*);$", RegexOptions.Multiline)]
    private static partial Regex Usings();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
