using System.Text.Json.Nodes;
using Etalon.Lab.Recipes;
using Etalon.Schedules.Equivalence;
using Etalon.Schedules.Export;

namespace Etalon.Lab.Conversions;

/// <summary>A recipe, an equivalent of it, and what the equivalence covers. With or without data and a model.</summary>
internal sealed class RecipeConversion
{
    private const int LongestName = 80;
    private const string Suffix = "-equivalent";

    // A rate that changes more often is what texp++ is for, which corrects nothing.
    private const int MostCorrectionsToPrice = 1000;

    private RecipeConversion(Recipe source, Recipe target, Conversion conversion) =>
        (Source, Target, Conversion, Parameters) = (source, target, conversion, CoveredParameters.Of(target));

    /// <summary>The recipe as it trains itself; a form that it asked for is left out.</summary>
    public Recipe Source { get; }

    /// <summary>A recipe that trains the equivalent: the source with <c>equivalent</c>.</summary>
    public Recipe Target { get; }

    /// <summary>The numbers of each update, and the theorem that says so.</summary>
    public Conversion Conversion { get; }

    /// <summary>The parts of the network, the one that is covered first; empty where the recipe names no data or no model.</summary>
    public IReadOnlyList<CoveredParameters> Parameters { get; }

    /// <summary>The form that a recipe asks for, or that is usual for its optimizer: texp++, and adam for adamw.</summary>
    public static EquivalentSpec FormOf(Recipe recipe)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        return recipe.Equivalent ?? new EquivalentSpec { Form = recipe.Optimizer.UsualForm };
    }

    /// <summary>Converts a recipe.</summary>
    /// <param name="recipe">The recipe; a form that it asks for already is replaced.</param>
    /// <param name="form">The form wanted.</param>
    /// <exception cref="InputException">There is no such equivalent: the step, the condition that fails, and what to do
    /// instead.</exception>
    public static RecipeConversion Of(Recipe recipe, EquivalentSpec form)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(form);
        var source = recipe with { Equivalent = null };
        var target =
            recipe with { Equivalent = form, Name = recipe.Name[..Math.Min(recipe.Name.Length, LongestName - Suffix.Length)] + Suffix };
        return new(source, target, ScheduleConversion.Of(target)!);
    }

    /// <summary>
    /// What it costs to leave out corrections of the buffer, as <see cref="Conversion.RateError"/>: (where phases start, the start too).
    /// Null for forms that have none, where there are more than a thousand, and where the momentum is 0 for a while.
    /// </summary>
    public (double Phases, double All)? CostOfLeavingOut() =>
        Conversion.Form is EquivalentForm.Texp or EquivalentForm.Exponential
            && Conversion.Corrections.Count is > 0 and <= MostCorrectionsToPrice && !BufferRests
        ? (Texp.Convert(Conversion.Source, TexpCorrections.StartOnly).RateError,
        Texp.Convert(Conversion.Source, TexpCorrections.None).RateError)
        : null;

    // No run without corrections follows a buffer that rests, so there is no price.
    private bool BufferRests
    {
        get
        {
            var steps = Conversion.Source.Steps;
            int first = 0;
            while (first < steps.Length && steps[first].Momentum == 0) first++;
            while (first < steps.Length && steps[first].Momentum != 0) first++;
            return first < steps.Length;
        }
    }

    /// <summary>
    /// The recipe of the equivalent, which <c>train</c> accepts: the source's own text with <c>equivalent</c>, below comments that say
    /// where it comes from.
    /// </summary>
    /// <param name="read">The recipe that was converted, as it was read.</param>
    /// <param name="path">The file that it is for.</param>
    public string ToYaml(ReadRecipe read, string path)
    {
        ArgumentNullException.ThrowIfNull(read);
        var file = RecipeFile.Of(read, path, Edited, Target);
        var updates = Conversion.Corrections.Select(correction => $"{correction.Step}").Take(5).ToList();
        int more = Conversion.Corrections.Count - updates.Count;
        return $"""
            # Trains as {FormWords.Of(Conversion.Form)} what {Source.Name} says (sha256 {Source.Hash}).
            # By {Conversion.Theorem}.
            # Update rule: {Conversion.SourceRule}.
            # It covers {CoveredParameters.RuleOf(Target)}; everything else follows the numbers below.
            # {(Conversion.ScalesGradients ? "The gradients of what it covers are multiplied by P before they are used. " : "")}{(updates.Count == 0 ? "The state needs no correction." : $"The buffer is corrected before update {string.Join(", ", updates)}{(more > 0 ? $" and {more} more" : "")}, while training.")}
            # sha256 {file.Recipe.Hash}
            {(file.Reason is { } reason ? $"# Every default is written out: {reason}.\n" : "")}
            """ + file.Text;
    }

    // A recipe that is named in its text gets the equivalent's name; another is named after its file.
    private string? Edited(string text)
    {
        var form = (JsonObject)RecipeWriter.ToJson(Target)["equivalent"]!;
        var edited = RecipeEdit.With(text, "equivalent", FlowYaml.Inline(form));
        return edited is not null && RecipeEdit.Has(edited, "name") ? RecipeEdit.With(edited, "name", Target.Name) : edited;
    }

    /// <summary>
    /// Writes the equivalent's numbers, one row an update: <c>step,lr,weight_decay,momentum,log_lr</c>, for Nesterov's rule also
    /// <c>look_ahead</c>, with scaled gradients <c>log_scale</c>; of adamw <c>step,lr,beta1,beta2,eps,weight_decay,log_scale</c>.
    /// </summary>
    public void WriteCsv(TextWriter output) => CsvExporter.Write(Conversion, output);
}
