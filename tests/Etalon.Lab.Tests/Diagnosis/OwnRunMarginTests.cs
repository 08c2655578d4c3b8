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
            // 2^-24/L of the decay, with L = 0.01 to 0.05 here and a tenth of that with the momentum; 2^-23/angle of the updates, of angles of 0.01.
            foreach (var measured in (PhaseEstimate[])[NormBalance.ShareOf(evidence.InPhases(group.Name).Select(phase => phase.Balance)), UpdateSizes.Of(evidence, group)])
            {
                Assert.InRange(measured.Margin, 1e-7, 1e-4);
                Assert.InRange(measured.Away(1), 0, 1);
            }
        }
    }

    private Evidence Trained(string[] overrides)
    {
        var spec = RecipeReader.ReadFile(Path.Combine(AppContext.BaseDirectory, "recipes", "digits-equilibrium.yaml"), overrides);
        TrainingRun.Execute(spec, _folder.Path, 1, _ => new SmallRun.Stopper(), CancellationToken.None);
        return RunDiagnosis.Of(Path.Combine(_folder.Path, spec.Name)).Evidence;
    }
}
