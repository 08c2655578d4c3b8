using Etalon.Lab.Diagnosis;
using Etalon.Lab.Recipes;
using Etalon.Lab.Tests.Runs;
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
            var read = RecipeReader.ReadFile(Cli.Recipe("digits-equilibrium.yaml"), overrides);
            SmallRun.Train(TrainingRun.Begin(read, folder.FullName, 1));
            return RunDiagnosis.Of(Path.Combine(folder.FullName, read.Recipe.Name));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
