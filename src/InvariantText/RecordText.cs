using System.Globalization;
using System.Text;

namespace Etalon;

/// <summary>A record as text, <c>Name { Rate = 0.1 }</c>, the same in every culture.</summary>
internal static class RecordText
{
    /// <summary>The text of a record of public numbers.</summary>
    /// <param name="name">The record's name.</param>
    /// <param name="printMembers">
    /// The method that the compiler writes. It takes no culture but that of the thread, which is therefore the invariant one while it runs.
    /// </param>
    public static string Of(string name, Func<StringBuilder, bool> printMembers)
    {
        var culture = CultureInfo.CurrentCulture;
        var text = new StringBuilder(name).Append(" { ");
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
            if (printMembers(text)) text.Append(' ');
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
        return text.Append('}').ToString();
    }
}
