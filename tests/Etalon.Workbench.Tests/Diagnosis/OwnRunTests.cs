using Etalon.Lab;
using Etalon.Lab.Diagnosis;
using Etalon.Lab.Diagnosis.Logs;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>A run of Etalon, from its folder: faults that a recipe can have, each by its flag.</summary>
public class OwnRunTests
{
    [Fact]
    public void Decay_excluded_from_the_convolutions_is_found()
    {
        var flag = Assert.Single(OwnRun.Diagnose("duration=200ba", "optimizer.groups.scale-invariant.weight_decay=0").Flags);
        Assert.Equal((FlagKind.DecayMissing, 6), (flag.Kind, flag.Groups.Count));
    }

    [Fact]
    public void A_phase_a_tenth_as_long_as_it_needs_is_a_remark()
    {
        var diagnosis = OwnRun.Diagnose("duration=660ba", "learning_rate={steps: {start: 0.1, at: [400ba], factor: 0.1}}");
        Assert.Empty(diagnosis.Flags);
        Assert.Contains(diagnosis.Remarks, remark => remark.StartsWith("Phase 2 is too short", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_of_an_equivalent_recipe_without_decay_is_read_in_the_recipes_own_terms()
    {
        string[] recipe = ["duration=200ba", "learning_rate=0.1", "precision=float64"];
        var (own, equivalent) = (OwnRun.Diagnose(recipe), OwnRun.Diagnose([.. recipe, "equivalent={form: texp++}"]));
        Assert.Empty(equivalent.Flags);
        double[] Norms(RunDiagnosis diagnosis) => diagnosis.Log.Groups.First(group => group.Name == LogGroup.Whole).Norm;
        // Logged as float32; what float64's rounding makes of two forms in 200 updates is far less.
        Assert.All(Norms(own).Zip(Norms(equivalent)), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * pair.First));
        Assert.Equal(5e-3, equivalent.Findings.First(finding => finding.Id == "D1").Value, 1e-12);
    }

    [Fact]
    public void A_run_of_another_optimizer_is_refused()
    {
        var refused =
            Assert.Throws<InputException>(() => OwnRun.Diagnose("duration=2ba", "learning_rate=0.01", "momentum=0", "optimizer.name=adam"));
        Assert.Contains("trains with adam; the laws that a run is diagnosed by are those of SGD", refused.Problems[0],
            StringComparison.Ordinal);
    }
}
