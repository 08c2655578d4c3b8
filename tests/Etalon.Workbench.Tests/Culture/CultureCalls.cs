using System.Globalization;
using System.Reflection;
using System.Text;

namespace Etalon.Workbench.Tests.Culture;

/// <summary>The methods of the framework that depend on the culture of the thread.</summary>
public static class CultureCalls
{
    private static readonly HashSet<Type> Numbers =
    [
        typeof(sbyte), typeof(byte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong), typeof(nint),
        typeof(nuint),
        typeof(Int128), typeof(UInt128), typeof(Half), typeof(float), typeof(double), typeof(decimal), typeof(System.Numerics.BigInteger),
        typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly),
    ];

    private static readonly HashSet<string> SortingMethods =
    [
        "Order", "OrderDescending", "OrderBy", "OrderByDescending", "ThenBy", "ThenByDescending", "Sort", "Min", "Max", "MinBy", "MaxBy",
        "BinarySearch",
    ];

    /// <summary>Whether a call writes, reads, orders or compares by the culture of the thread.</summary>
    public static bool Is(CalledMethod call)
    {
        var callee = call.Callee;
        if (callee.DeclaringType is not { } type || !IsOfTheFramework(type)) return false;
        var parameters = callee.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        // An array of letters is a text that has been written.
        if (parameters is [{ IsArray: true }, ..] && parameters[0] == typeof(char[])) return false;
        if (parameters.Intersect([typeof(IFormatProvider), typeof(CultureInfo), typeof(StringComparison)]).Any()) return false;
        return callee.Name switch
        {
            "ToString" =>
                IsNumber(call.On) || typeof(FormattableString).IsAssignableFrom(type) || (type == typeof(TimeSpan) && parameters.Length > 0)
                || (type == typeof(Convert) && parameters.Any(IsNumber)),
            "TryFormat" => IsNumber(call.On),
            "Parse" or "TryParse" => IsNumber(type),
            "Append" or "Insert" when type == typeof(StringBuilder) => parameters.Any(IsNumber),
            "AppendFormat" => type == typeof(StringBuilder),
            "Write" or "WriteLine" =>
                typeof(TextWriter).IsAssignableFrom(type)
                    && parameters.Any(parameter => IsNumber(parameter) || parameter == typeof(object)),
            ".ctor" => type.Name.EndsWith("InterpolatedStringHandler", StringComparison.Ordinal)
                || (type.IsGenericType && type.Name.StartsWith("Sorted", StringComparison.Ordinal) && IsText(type.GetGenericArguments()[0])
                && !HasComparer(parameters)),
            "Join" or "AppendJoin" or "Concat" when type == typeof(string) || type == typeof(StringBuilder) => callee.IsGenericMethod
                ? IsNumber(callee.GetGenericArguments()[0]) || callee.GetGenericArguments()[0].IsGenericParameter
                : parameters.Any(parameter => parameter == typeof(object[]) || parameter == typeof(object)),
            "Format" => type == typeof(string),
            "ToLower" or "ToUpper" => type == typeof(string) || type == typeof(char),
            "Compare" or "CompareTo" or "StartsWith" or "EndsWith" or "IndexOf" or "LastIndexOf" when type == typeof(string) =>
                parameters.Any(IsText),
            "get_Default" => type == typeof(Comparer<string>),
            "get_CurrentCulture" or "get_CurrentUICulture" or "get_CurrentInfo" => call.Caller.DeclaringType!.Name != "RecordText",
            _ when type == typeof(Convert) => callee.Name.StartsWith("To", StringComparison.Ordinal) && parameters.Any(IsText),
            _ when SortingMethods.Contains(callee.Name) => SortsTexts(callee, parameters),
            _ => false,
        };
    }

    // Without a comparer of its own, an order of strings is that of the culture: B before a in one, after it in another.
    private static bool SortsTexts(MethodBase callee, Type[] parameters)
    {
        if (HasComparer(parameters)) return false;
        bool isEnumerable = callee.DeclaringType == typeof(Enumerable);
        Type[] arguments = callee.IsGenericMethod ? callee.GetGenericArguments()
            : callee.DeclaringType!.IsGenericType ? callee.DeclaringType.GetGenericArguments() : [];
        if (arguments.Length == 0) return false;
        // The key is the last argument of the type where there is one; Min and Max give what they compare.
        return callee.Name is "Min" or "Max" ? callee is MethodInfo { ReturnType: var compared } && IsText(compared)
            : IsText(isEnumerable && callee.Name.Contains("By", StringComparison.Ordinal) ? arguments[^1] : arguments[0]);
    }

    private static bool HasComparer(Type[] parameters) =>
        parameters.Any(parameter => parameter.Name.StartsWith("ICompar", StringComparison.Ordinal)
        || parameter.Name.StartsWith("Comparison", StringComparison.Ordinal));

    private static bool IsOfTheFramework(Type type) => type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true
        && !type.Assembly.GetName().Name!.StartsWith("Etalon", StringComparison.OrdinalIgnoreCase);

    private static bool IsNumber(Type? type) =>
        type is not null && (Numbers.Contains(Nullable.GetUnderlyingType(type) ?? type) || IsGenericNumber(type));

    private static bool IsGenericNumber(Type type) =>
        type.IsGenericParameter && type.GetGenericParameterConstraints().Any(constraint => constraint.Namespace == "System.Numerics");

    private static bool IsText(Type type) => type == typeof(string)
        || (type.Name.StartsWith("ValueTuple", StringComparison.Ordinal) && type.GetGenericArguments().Any(IsText));
}
