using System.Globalization;
using System.Text.RegularExpressions;

namespace Etalon.Schedules;

/// <summary>
/// A time that names its unit: <c>30ep</c> epochs, <c>500ba</c> (or <c>500st</c>) batches, which are updates, <c>51200sp</c> samples,
/// <c>0.3dur</c> (or <c>30%</c>) of the run.
/// </summary>
/// <remarks>Amounts are decimal, so that 0.1 is a tenth exactly; <see cref="Timeline"/> turns them into steps.</remarks>
/// <example>
/// <code>
/// var duration = Duration.Parse("30ep");
/// Console.WriteLine(duration.Amount); // 30
/// Console.WriteLine(duration.Unit); // Epochs
/// Console.WriteLine(Duration.Parse("25%")); // 0.25dur
/// </code>
/// </example>
public readonly partial record struct Duration
{
    private const string Units = "the units are ep (epochs), ba or st (batches, which are updates), sp (samples), dur or % (of the run)";

    /// <summary>A time of <paramref name="amount"/> units.</summary>
    /// <exception cref="ArgumentException">The amount is negative or the unit unknown.</exception>
    public Duration(decimal amount, TimeUnit unit)
    {
        if (amount < 0) throw Require.Refuse(nameof(amount), amount, "must be at least 0", "give a time such as 30ep");
        Amount = amount;
        Unit = Require.Named(unit);
    }

    /// <summary>How many units; at least 0.</summary>
    public decimal Amount { get; }

    /// <summary>The unit.</summary>
    public TimeUnit Unit { get; }

    /// <summary>Reads a text such as <c>30ep</c>.</summary>
    /// <exception cref="FormatException">The text is no duration; the message says why and which units exist.</exception>
    public static Duration Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var match = Pattern().Match(text.Trim());
        if (!match.Success)
            throw new FormatException(
                $"'{text}' is no duration: it must be a number, at least 0, and a unit, as in 30ep{InsteadOfComma(text)}; {Units}.");
        var written = match.Groups["amount"].Value.Replace("_", "", StringComparison.Ordinal);
        if (!decimal.TryParse(written, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount))
            throw new FormatException($"'{text}' is no duration: its number has no value below 7.9e28; give fewer units, or larger ones.");
        if (amount == 0 && written.TakeWhile(letter => letter is not ('e' or 'E')).Any(letter => letter is >= '1' and <= '9'))
            throw new FormatException(
                $"'{text}' is no duration: its number is not 0 and would become 0, since numbers of units have 28 decimals; write 0, or "
                + $"more.");
        return match.Groups["unit"].Value switch
        {
            "" => throw new FormatException($"'{text}' names no unit: write {text.Trim()}ep or {text.Trim()}ba; {Units}."),
            "ep" => new Duration(amount, TimeUnit.Epochs),
            "ba" or "st" => new Duration(amount, TimeUnit.Batches),
            "sp" => new Duration(amount, TimeUnit.Samples),
            "dur" => new Duration(amount, TimeUnit.Run),
            "%" => new Duration(amount / 100, TimeUnit.Run),
            var unit => throw new FormatException($"'{text}' has the unknown unit '{unit}': {Units}."),
        };
    }

    /// <summary>The text that <see cref="Parse"/> reads, such as <c>30ep</c>.</summary>
    public override string ToString() => Amount.ToString(CultureInfo.InvariantCulture) + Unit switch
    {
        TimeUnit.Epochs => "ep",
        TimeUnit.Batches => "ba",
        TimeUnit.Samples => "sp",
        _ => "dur",
    };

    // A decimal comma is a habit of half the world, 0,5ep, and one between thousands of the other, 100,000ba.
    private static string InsteadOfComma(string text)
    {
        string[] parts = text.Trim().Split(',');
        bool isOfThousands = parts[1..].All(part => part.TakeWhile(char.IsAsciiDigit).Count() == 3);
        string[] meant = [parts.Length == 2 ? string.Join('.', parts) : "", parts.Length > 1 && isOfThousands ? string.Concat(parts) : ""];
        meant = [.. meant.Where(one => Pattern().IsMatch(one))];
        return meant.Length == 0 ? "" : $" (did you mean {string.Join(" or ", meant)}?)";
    }

    [GeneratedRegex(@"^(?<amount>([0-9]+(_[0-9]+)*(\.([0-9]+(_[0-9]+)*)?)?|\.[0-9]+(_[0-9]+)*)([eE][+-]?[0-9]+)?)\s*(?<unit>[\p{L}%]*)\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>What a <see cref="Duration"/> is counted in.</summary>
/// <example>
/// <code>
/// var run = new Timeline(stepsPerEpoch: 391, samplesPerStep: 128, totalSteps: 3910);
/// Console.WriteLine(run.StepsOf(new Duration(2, TimeUnit.Epochs))); // 782
/// Console.WriteLine(run.StepsOf(new Duration(500, TimeUnit.Batches))); // 500
/// Console.WriteLine(run.StepsOf(new Duration(1280, TimeUnit.Samples))); // 10
/// Console.WriteLine(run.StepsOf(new Duration(0.3m, TimeUnit.Run))); // 1173
/// </code>
/// </example>
public enum TimeUnit
{
    /// <summary>Passes over the data, written <c>ep</c>.</summary>
    Epochs,

    /// <summary>Batches, each of them one update, written <c>ba</c> or <c>st</c>.</summary>
    Batches,

    /// <summary>Samples, written <c>sp</c>.</summary>
    Samples,

    /// <summary>The whole run, so that 0.3 is three tenths of it; written <c>dur</c>, or as a percentage.</summary>
    Run,
}
