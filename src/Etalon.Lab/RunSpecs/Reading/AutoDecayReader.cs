namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>Reads <c>auto_decay:</c>.</summary>
internal static class AutoDecayReader
{
    /// <summary>The rule; a part that breaks one of its own keeps its default.</summary>
    public static AutoDecaySpec Read(SectionReader section)
    {
        var spec = section.Set(new AutoDecaySpec(), "factor", Value.Number, (s, v) => s with { Factor = v });
        spec = section.Set(spec, "window", Value.Integer, (s, v) => s with { Window = v });
        spec = section.Set(spec, "tolerance", Value.Number, (s, v) => s with { Tolerance = v });
        spec = section.Set(spec, "patience", Value.Integer, (s, v) => s with { Patience = v });
        spec = section.Set(spec, "significance", Value.Number, (s, v) => s with { Significance = v });
        spec = section.Set(spec, "shortest", Value.Integer, (s, v) => s with { Shortest = v });
        spec = section.Set(spec, "stages", Value.Integer, (s, v) => s with { Stages = v });
        section.Close();
        return spec;
    }
}
