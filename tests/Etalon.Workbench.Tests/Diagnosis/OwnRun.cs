using Etalon.Lab.Diagnosis;
using Etalon.Lab.Recipes;
using Etalon.Lab.Training;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Diagnosis;

/// <summary>The recipe of the document, trained by Etalon.</summary>
internal static class OwnRun
{
    public static RunDiagnosis Diagnose(params string[] overrides)
    {
        var folder = Directory.CreateTempSubdirectory("etalon-diagnose-");
        try
        {
            var spec = RecipeReader.ReadFile(Cli.Recipe("digits-equilibrium.yaml"), overrides);
            TrainingRun.Execute(spec, folder.FullName, 1, _ => new Silent(), CancellationToken.None);
            return RunDiagnosis.Of(Path.Combine(folder.FullName, spec.Name));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private sealed class Silent : ITrainingObserver
    {
        public void Updated(in UpdateReport report) { }

        public void Evaluated(in EvaluationReport report) { }
    }
}
