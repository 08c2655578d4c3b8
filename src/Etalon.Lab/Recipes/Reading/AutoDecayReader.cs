namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>auto_decay:</c>.</summary>
internal static class AutoDecayReader
{
    /// <summary>The rule; a part that breaks one of its own keeps its default.</summary>
    public static AutoDecaySpec Read(SectionReader section)
    {
        var spec = section.Set(new AutoDecaySpec(), "factor", ScalarReader.Number, (s, v) => s with { Factor = v });
        spec = section.Set(spec, "window", ScalarReader.Integer, (s, v) => s with { Window = v });
        spec = section.Set(spec, "tolerance", ScalarReader.Number, (s, v) => s with { Tolerance = v });
        spec = section.Set(spec, "patience", ScalarReader.Integer, (s, v) => s with { Patience = v });
        spec = section.Set(spec, "significance", ScalarReader.Number, (s, v) => s with { Significance = v });
        spec = section.Set(spec, "shortest", ScalarReader.Integer, (s, v) => s with { Shortest = v });
        spec = section.Set(spec, "stages", ScalarReader.Integer, (s, v) => s with { Stages = v });
        section.Close();
        return spec;
    }
}
