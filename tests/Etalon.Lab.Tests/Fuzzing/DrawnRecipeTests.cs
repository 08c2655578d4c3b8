using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Fuzzing;

/// <summary>
/// Valid recipes train, are interrupted and resumed, and are forked, without one internal error. ETALON_CASES=20000 tries them all; the
/// suite takes a hundredth.
/// </summary>
public class DrawnRecipeTests
{
    private const int Whole = 20_000, Seed = 20_261_130;

    [Fact]
    [Trait("speed", "slow")]
    public void Drawn_recipes_train_resume_and_fork_or_say_why_not()
    {
        var faults = new FuzzFaults();
        var refusals = new FuzzFaults();
        int cases = FuzzFaults.Cases(Whole), trained = 0, forked = 0;
        for (int i = FuzzFaults.First; i < FuzzFaults.First + cases; i++)
        {
            var draw = new RecipeDraw(new Random(Seed + i));
            string text = draw.Next();
            try
            {
                using var folder = new TemporaryFolder();
                if (!Trains(text, draw, folder.Path, refusals)) continue;
                trained++;
                if (Forks(text, draw.Change(), folder.Path, refusals)) forked++;
            }
            catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
            {
                faults.Add(exception, $"case {i}:\n{text}");
            }
        }
        TestContext.Current.SendDiagnosticMessage($"{cases} recipes, {trained} trained and resumed, {forked} forked; refused:\n{refusals}");
        if (Environment.GetEnvironmentVariable("ETALON_REFUSALS") is { } file)
            File.WriteAllText(file, $"{cases} recipes, {trained} trained, {forked} forked\n{refusals}\n\nFAULTS\n{faults}");
        faults.AssertNone();
        // Too many refusals, and the drawing does not test what it should.
        Assert.InRange(trained, cases * 2 / 3, cases);
        Assert.InRange(forked, cases / 3, cases);
    }

    private static bool Trains(string text, RecipeDraw draw, string folder, FuzzFaults refusals)
    {
        try
        {
            var read = RecipeReader.Read(text, "drawn.yaml");
            using var cancellation = new CancellationTokenSource();
            try
            {
                SmallRun.Watch(
                    TrainingRun.Begin(read, folder, 1),
                    new SmallRun.Stopper { At = draw.Updates / 2, Stop = cancellation.Cancel }, cancellation.Token);
            }
            catch (OperationCanceledException)
            {
            }
            SmallRun.Train(TrainingRun.Resume(Path.Combine(folder, "drawn"), 2));
            return true;
        }
        catch (DivergedException diverged)
        {
            refusals.Add("diverged", $"{diverged.Message}\n{text}");
            return false;
        }
        catch (InputException refused)
        {
            refusals.Add(Stem(refused), $"{refused.Message}\n{text}");
            return false;
        }
    }

    private static bool Forks(string text, string[] change, string folder, FuzzFaults refusals)
    {
        try
        {
            SmallRun.Train(TrainingRun.Fork(Path.Combine(folder, "drawn"), null, change, folder, 1));
            return true;
        }
        catch (DivergedException)
        {
            return true;
        }
        catch (InputException refused)
        {
            refusals.Add("fork: " + Stem(refused), $"{refused.Message}\n{string.Join(' ', change)}\n{text}");
            return false;
        }
    }

    private static string Stem(InputException refused) =>
        new([.. refused.Problems[0].Where(letter => !char.IsAsciiDigit(letter)).Take(70)]);
}
