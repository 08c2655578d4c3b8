using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Phases;
using Etalon.Lab.Recipes;
using Etalon.Lab.Tests.Runs;
using Etalon.Lab.Training;

namespace Etalon.Lab.Tests.Diagnosis;

/// <summary>A network that Etalon trains and watches with its own monitors: the laws of norm and buffer close.</summary>
public sealed class OwnRunMarginTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("precision=float32")]
    [InlineData("optimizer.dampening=0.1")]
    [InlineData("equivalent={form: texp++}", "precision=float64")]
    public void Where_every_update_is_a_row_norms_and_angles_show_the_recipes_own_numbers_but_for_rounding(params string[] overrides)
    {
        var evidence = Trained([.. overrides, "duration=200ba", "learning_rate={cosine: {from: 0.1, to: 0.02}}", "log.monitors=1ba"]);
        Assert.Equal(6, evidence.LawGroups.Count);
        foreach (var group in evidence.LawGroups)
        {
            // 2^-24/L of the decay, with L = 0.01 to 0.05 here and a tenth of that with the momentum; 2^-23/angle of the updates, of angles
            // of 0.01.
            foreach (var measured in (PhaseEstimate[])[NormBalance.ShareOf(evidence.InPhases(group.Name).Select(phase => phase.Balance)),
                UpdateSizes.Of(evidence, group)])
            {
                Assert.InRange(measured.Margin, 1e-7, 1e-4);
                Assert.InRange(measured.Away(1), 0, 1);
            }
        }
    }

    [Fact]
    [Trait("speed", "slow")]
    public void Between_rows_of_every_5_updates_the_norms_show_the_decay_within_margins_of_a_fiftieth()
    {
        PhaseEstimate[] shares = [.. Enumerable.Range(1, 3).SelectMany(seed =>
        {
            var evidence = Trained([$"name=seed-{seed}", $"seed={seed}", "duration=400ba", "learning_rate=0.1"]);
            return evidence.LawGroups.Select(group => NormBalance.ShareOf(evidence.InPhases(group.Name).Select(phase => phase.Balance)));
        })];
        Assert.InRange(shares.Select(share => share.Margin).Order().ElementAt(9), 0.005, 0.03);
        // 95 of 100, and what three standard deviations of 18 leave; the groups of a run are nearly independent.
        Assert.InRange(shares.Count(share => share.Away(1) <= 1), 18 * 0.95 - 3 * Math.Sqrt(18 * 0.95 * 0.05), 18);
    }

    private Evidence Trained(string[] overrides)
    {
        var read = RecipeReader.ReadFile(Path.Combine(AppContext.BaseDirectory, "recipes", "digits-equilibrium.yaml"), overrides);
        SmallRun.Train(TrainingRun.Begin(read, _folder.Path, 1));
        return RunDiagnosis.Of(Path.Combine(_folder.Path, read.Recipe.Name)).Evidence;
    }
}
