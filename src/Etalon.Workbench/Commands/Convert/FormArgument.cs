using System.CommandLine;
using Etalon.Lab;
using Etalon.Lab.Recipes;
using Etalon.Schedules;
using Etalon.Workbench.Options;

namespace Etalon.Workbench.Commands;

/// <summary>--to FORM, as convert and verify take it.</summary>
internal static class FormArgument
{
    public static Option<string?> Create(bool isRequired) => new("--to")
    {
        Description = $"The form of the equivalent: {string.Join(", ", FormWords.All)}; weight-decay:VALUE, adam:VALUE and "
            + "scaled-gradient:VALUE name the decay wanted.",
        HelpName = "FORM",
        Required = isRequired,
    };

    /// <summary>The form that was given; a decay of unusual size is warned of.</summary>
    /// <exception cref="InputException">There is no such form, or its decay is no number of at least 0.</exception>
    public static EquivalentSpec Parse(string text, TextWriter error)
    {
        var parts = text.Split(':', 2);
        try
        {
            var form = new EquivalentSpec { Form = FormWords.Parse(parts[0]) };
            return parts.Length == 1 ? form : form with { WeightDecay = Decay(text, parts[0], parts[1], error) };
        }
        catch (ArgumentException exception)
        {
            throw new InputException($"--to {text}: {exception.Message}");
        }
    }

    private static Constant Decay(string text, string form, string value, TextWriter error)
    {
        if (form is not ("weight-decay" or "adam" or "scaled-gradient"))
            throw new InputException($"--to {text}: {form} has no weight decay; write --to {form}, or weight-decay:{value}");
        if (!NumberText.TryRead(value, out double decay, out var rule)) throw new InputException($"--to {text}: the weight decay {rule}");
        if (decay < 0) throw new InputException($"--to {text}: the weight decay must be a number of at least 0, as in {form}:5e-4");
        UnusualSize.Warn($"--to {form}:", decay, ScheduledQuantity.WeightDecay, error);
        return new Constant(decay);
    }
}
