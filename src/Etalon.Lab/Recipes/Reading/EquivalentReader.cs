namespace Etalon.Lab.Recipes;

/// <summary>Reads <c>equivalent:</c>.</summary>
internal static class EquivalentReader
{
    /// <summary>The form; null after a problem was noted.</summary>
    /// <param name="section">The keys.</param>
    /// <param name="schedules">Reads the weight decay wanted.</param>
    public static EquivalentSpec? Read(SectionReader section, ScheduleReader schedules)
    {
        EquivalentSpec? spec = null;
        if (section.Map.Find("form") is null) section.Missing("form", $"write one of {string.Join(", ", FormWords.All)}");
        else spec = section.Read("form", (EquivalentSpec?)null, Form);
        var decay = schedules.Read(section, ScheduledQuantity.WeightDecay);
        section.Close();
        return spec is null ? null : spec with { WeightDecay = decay };
    }

    private static EquivalentSpec Form(RecipeNode node)
    {
        try
        {
            return new EquivalentSpec { Form = FormWords.Parse(ScalarReader.Text(node)) };
        }
        catch (ArgumentException exception)
        {
            throw new ValueException(node, exception.Message) { Candidates = new(CandidateKind.Value, [.. FormWords.All]) };
        }
    }
}
