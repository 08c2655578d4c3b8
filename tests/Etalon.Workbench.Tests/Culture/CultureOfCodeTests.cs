using System.Numerics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace Etalon.Workbench.Tests.Culture;

/// <summary>
/// No code of Etalon's writes, reads or orders by the culture of the thread. The analyzers see the calls that have an overload with a
/// culture; compiled code shows the rest: interpolated strings, joined numbers, the texts of records, and sorted strings.
/// </summary>
public class CultureOfCodeTests
{
    [Theory]
    [InlineData("Etalon.Schedules")]
    [InlineData("Etalon.Engine")]
    [InlineData("Etalon.Lab")]
    [InlineData("etalon")]
    public void No_call_depends_on_the_culture_of_the_thread(string assembly)
    {
        var calls = CalledMethods.Of(Assembly.Load(assembly))
            .Where(call => !IsTextOfTheInvariantCulture(call.Caller) && !IsOfTheJsonGenerator(call.Caller))
            .Where(CultureCalls.Is).ToList();
        if (calls.Count > 0)
            Assert.Fail(
                string.Join('\n', calls.Select(call => $"{call.Caller.DeclaringType}.{call.Caller.Name}: {call.On} {call.Callee}")));
    }

    // Compiled without src/InvariantText, as the code of a caller is.
    [Fact]
    public void Each_kind_of_call_that_depends_on_the_culture_is_seen()
    {
        var examples = typeof(Examples).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly).ToList();
        Assert.Equal(
            examples.Select(example => example.Name),
            examples.Where(example => CalledMethods.Of(example).Any(CultureCalls.Is)).Select(example => example.Name));
    }


    // What the compiler writes for a record. The public records of the packages print it by RecordText, in the invariant culture.
    private static bool IsTextOfTheInvariantCulture(MethodBase caller) =>
        caller.Name == "PrintMembers"
            && (!IsPackaged(caller.DeclaringType!) || !IsOfTheCompiler(caller.DeclaringType!.GetMethod("ToString", [])!));

    // What the generator of System.Text.Json writes formats names of types in messages, and no number.
    private static bool IsOfTheJsonGenerator(MethodBase caller) =>
        caller.DeclaringType!.IsSubclassOf(typeof(System.Text.Json.Serialization.JsonSerializerContext));

    private static bool IsPackaged(Type type) => type.IsVisible && type.Assembly.GetName().Name is "Etalon.Schedules" or "Etalon.Engine";

    private static bool IsOfTheCompiler(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute));

    private static class Examples
    {
        private static string Interpolated(double number) => $"{number}";

        private static StringBuilder Appended(StringBuilder text, double number) => text.Append($"{number}");

        private static StringBuilder AppendedNumber(StringBuilder text, int number) => text.Append(number);

        private static string Text(float number) => number.ToString();

        private static string GenericText<T>(T number) where T : INumber<T> => number.ToString()!;

        private static string Joined(double[] numbers) => string.Join(' ', numbers);

        private static string Added(double number) => "rate " + number;

        private static string Formatted(double number) => string.Format("{0}", number);

        private static void Written(TextWriter writer, double number) => writer.Write(number);

        private static double Read(string text) => double.Parse(text);

        private static bool IsRead(string text) => int.TryParse(text, out _);

        private static double Converted(string text) => Convert.ToDouble(text);

        private static string Lower(string text) => text.ToLower();

        private static IEnumerable<string> Sorted(IEnumerable<string> texts) => texts.Order();

        private static IEnumerable<int> SortedBy(IEnumerable<int> numbers, Func<int, string> key) => numbers.OrderBy(key);

        private static void SortedInPlace(List<string> texts) => texts.Sort();

        private static SortedDictionary<string, int> SortedKeys() => [];

        private static bool Begins(string text, string start) => text.StartsWith(start);

        private static int Compared(string a, string b) => string.Compare(a, b);
    }
}
