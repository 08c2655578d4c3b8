using Etalon.Lab.Models;

namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>loss:</c>.</summary>
internal static class LossReader
{
    /// <summary>The loss; a part that breaks a rule keeps its default.</summary>
    public static LossSpec Read(SectionReader section)
    {
        var spec = section.Set(new LossSpec(), "name", ScalarReader.Choice<LossKind>, (s, v) => s with { Kind = v });
        spec = section.Set(spec, "label_smoothing", ScalarReader.Number, (s, v) => s with { LabelSmoothing = Smoothing(s, v) });
        section.Close();
        return spec;
    }

    private static double Smoothing(LossSpec spec, double smoothing) => spec.Kind == LossKind.CrossEntropy || smoothing == 0
        ? smoothing
        : throw new ArgumentException("only cross-entropy has smoothed labels; remove the key", nameof(smoothing));
}
