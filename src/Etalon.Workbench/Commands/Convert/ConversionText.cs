using System.Globalization;
using Etalon.Lab.Charts;
using Etalon.Lab.Conversions;
using Etalon.Lab.Recipes;
using Etalon.Numerics;
using Etalon.Schedules.Equivalence;

namespace Etalon.Workbench.Commands;

/// <summary>A conversion as text: what is equivalent to what, why, for which parameters, and how far the numbers go.</summary>
internal static class ConversionText
{
    private const int MostCorrections = 6;
    private const int LabelWidth = 14;

    // 34, 10, 10 and 16 with gaps of two.
    private const int WidthOfFormats = 76;

    /// <summary>The text, line by line.</summary>
    /// <param name="converted">The conversion.</param>
    /// <param name="width">Columns to fill.</param>
    public static IReadOnlyList<string> Lines(RecipeConversion converted, int width)
    {
        ArgumentNullException.ThrowIfNull(converted);
        var conversion = converted.Conversion;
        return
        [
            .. Labeled("theorem", conversion.Theorem, width),
            .. Labeled("from", $"{conversion.SourceRule}  with the recipe's numbers", width),
            .. Labeled("to", $"{conversion.TargetRule}  with {Numbers(conversion)}", width),
            .. Covers(converted.Parameters, width),
            .. Corrections(converted, width),
            .. conversion.Adam is { MemoryError: > 0 and var error }
                ? Labeled("left out",
                    $"η λ/(1 - β₂) is {error:G3} at its largest: the squares are remembered longer by twice this share", width)
                : [],
            .. Range(conversion.Range, width),
            "",
            .. Formats(conversion.Range, width),
            "",
            "holds if",
            .. conversion.Assumptions.SelectMany(assumption => WrappedText.Lines("- ", assumption, width)),
        ];
    }

    /// <summary>The first line: recipe, form, length and hash.</summary>
    public static string Heading(RecipeConversion converted)
    {
        ArgumentNullException.ThrowIfNull(converted);
        var source = converted.Source;
        return $"{source.Name} as {FormWords.Of(converted.Conversion.Form)}: {source.TotalSteps} updates, sha256 {source.Hash[..12]}";
    }

    // What the equivalent has of its own: always its rate, its decay, and momentum and look-ahead where a rate alone does not do.
    private static string Numbers(Conversion conversion)
    {
        var source = conversion.Source.Steps;
        var target = conversion.Target.Steps;
        var (ownMomentum, oneDecay) = (false, true);
        for (int i = 0; i < target.Length; i++)
        {
            ownMomentum |= target[i].Momentum != source[i].Momentum;
            oneDecay &= target[i].WeightDecay == target[0].WeightDecay;
        }
        string decay = oneDecay ? $"λ = {(target.Length > 0 ? target[0].WeightDecay : 0):G6}" : "its own λ";
        if (conversion.ScalesGradients) return $"{decay} and its own η; the gradients of what is covered times P";
        if (conversion.Adam is not null)
            return conversion.Form switch
            {
                EquivalentForm.AdamRateOnly => $"{decay} and its own η and ε",
                EquivalentForm.AdamConstantBetas =>
                    $"{decay}, β₁ = {target[0].Momentum:G6}, β₂ = {conversion.Adam.Target.Steps[0].Beta2:G6} and its own η and ε",
                _ => $"{decay} and its own η, β₁, β₂ and ε",
            };
        return $"{decay} and its own η{(ownMomentum ? conversion.Target.Rule.Nesterov ? ", μ and ν" : " and μ" : "")}";
    }

    private static IEnumerable<string> Covers(IReadOnlyList<CoveredParameters> parameters, int width)
    {
        if (parameters.Count == 0)
            return Labeled("covers", CoveredParameters.Rule + "; everything else keeps its own rate and decay", width);
        long tensors = parameters.Sum(part => part.Tensors), numbers = parameters.Sum(part => part.Numbers);
        var kept = parameters.Skip(1).Select(part => $"{part.Name} ({part.Numbers} numbers)");
        return
        [
            .. Labeled("covers",
                $"{parameters[0].Name}: {parameters[0].Tensors} of {tensors} tensors, {parameters[0].Numbers} of {numbers} numbers", width),
            .. Labeled("keeps",
                parameters.Count == 1 ? "nothing: all that is trained is covered" : $"the rate and decay of {string.Join(", ", kept)}",
                width),
        ];
    }

    private static IEnumerable<string> Corrections(RecipeConversion converted, int width)
    {
        var corrections = converted.Conversion.Corrections;
        if (corrections.Count == 0) return Labeled("corrections",
                $"none: weights and {(converted.Conversion.RateDegree == 2 ? "buffer" : "what the optimizer remembers")} start as they are",
                width);
        var list = corrections.Take(MostCorrections).Select(correction => $"update {correction.Step} ({Change(correction.Map)})");
        bool areShares = corrections.All(correction => correction.Map.LogBuffer == 0);
        string more = corrections.Count > MostCorrections ? $" and {corrections.Count - MostCorrections} more" : "";
        return
        [
            .. Labeled("corrections",
                $"{(areShares ? "v ← v - k w" : "v ← f (v - k w), since the momentum is 0 for a while")}, once before "
                + $"{string.Join(", ", list)}{more}", width),
            .. converted.CostOfLeavingOut() is { } cost ? Labeled("left out", LeftOut(corrections.Count, cost), width)
                : corrections.Count > 1 && areShares && converted.Conversion.Form == EquivalentForm.Texp
                ? Labeled("", "texp++ needs none", width) : [],
        ];

        static string Change(StateMap map) => map switch
        {
            { LogBuffer: 0 } => $"k = {Signed(map.Share)}",
            { Share.Sign: 0 } => $"f = {Elementary.Exp(map.LogBuffer).ToString("G6", CultureInfo.InvariantCulture)}",
            _ => $"k = {Signed(map.Share)}, f = {Elementary.Exp(map.LogBuffer).ToString("G6", CultureInfo.InvariantCulture)}",
        };
    }

    private static string LeftOut(int count, (double Phases, double All) cost) =>
        (count > 1
            ? $"all but the first: the source with rates up to {Elementary.Exp(cost.Phases) - 1:0.##e0} off; all: "
            : "the source with rates ")
        + $"up to {Elementary.Exp(cost.All) - 1:0.##e0} off, relative";

    private static IEnumerable<string> Range(ConversionRange range, int width)
    {
        string epoch = range.MeanLogGrowthPerEpoch is { } log ? $", {Magnitude.Text(log, 9)} an epoch" : "";
        return
        [
            .. Labeled("growth",
                $"times {Magnitude.Text(range.MeanLogGrowthPerStep, 9)} a step{epoch} in the mean; at most "
                + $"{Magnitude.Text(range.LargestLogGrowthPerStep, 9)} a step", width),
            .. Labeled("largest rate", $"{Magnitude.Text(range.LargestLogRate)} at step {range.LargestRateStep}", width),
        ];
    }

    private static IEnumerable<string> Formats(ConversionRange range, int width)
    {
        static string Step(long? step) => step is { } at ? $"{at}" : "never";
        bool isWide = width >= WidthOfFormats;
        const string Label = "without re-centring, overflow in";
        if (!isWide) yield return Label;
        int format = isWide ? 34 : 8, squares = isWide ? 16 : 10;
        yield return $"{(isWide ? Label : "").PadRight(format)}  {"of rates",10}  {"of weights",10}  "
            + (isWide ? "of their squares" : "of squares");
        foreach (var row in range.Formats)
            yield return $"{row.Format.PadLeft(format)}  {Step(row.Rate),10}  {Step(row.Weights),10}  "
                + Step(row.SquaredWeights).PadLeft(squares);
    }

    private static string Signed(SignedLog number) => number.Sign == 0 ? "0" : (number.Sign < 0 ? "-" : "") + Magnitude.Text(number.Log);

    private static IEnumerable<string> Labeled(string label, string text, int width) =>
        WrappedText.Lines(label.PadRight(LabelWidth), text, width);
}
