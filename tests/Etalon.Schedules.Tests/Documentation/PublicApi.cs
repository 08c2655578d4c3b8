using System.Globalization;
using System.Reflection;
using System.Text;

namespace Etalon.Schedules.Tests.Documentation;

/// <summary>What users of a package see of it, as text, and how it is pinned.</summary>
internal static class PublicApi
{
    private static readonly Dictionary<Type, string> _keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
        [typeof(decimal)] = "decimal",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>Compares an assembly with the approved PublicApi.txt beside the tests.</summary>
    /// <param name="assembly">The assembly.</param>
    /// <param name="project">The folder of the tests, below tests/.</param>
    public static void AssertIsApproved(Assembly assembly, string project)
    {
        string expected = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "PublicApi.txt")).ReplaceLineEndings("\n");
        string actual = Of(assembly);
        if (actual == expected) return;
        string written = Path.Combine(AppContext.BaseDirectory, "PublicApi.actual.txt");
        File.WriteAllText(written, actual);
        var before = expected.Split('\n').ToHashSet();
        var now = actual.Split('\n').ToHashSet();
        Assert.Fail(
            $"""
            The public API has changed:
            {string.Join('\n', before.Except(now).Select(line => "- " + line).Concat(now.Except(before).Select(line => "+ " + line)))}
            If that is meant, copy {written}
            over tests/{project}/PublicApi.txt and commit it; it is what users of the package see of the change.
            """);
    }

    /// <summary>The public types of an assembly with their members, one a line.</summary>
    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{type.FullName}: {Kind(type)}{Base(type)}\n");
            foreach (var member in type.GetMembers(Declared).Where(IsOwn).Select(Signature).Order(StringComparer.Ordinal))
                text.Append(CultureInfo.InvariantCulture, $"{type.FullName}: {member}\n");
        }
        return text.ToString();
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsValueType: true } => "struct",
        { IsInterface: true } => "interface",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static string Base(Type type) =>
        type.IsValueType || type.BaseType == typeof(object) || type.BaseType is null ? "" : $" : {Name(type.BaseType)}";

    /// <summary>Not what the compiler adds to a record, nor overrides, nor accessors, which properties list.</summary>
    private static bool IsOwn(MemberInfo member) => member switch
    {
        FieldInfo field => field.Name != "value__",
        PropertyInfo property => property.Name != "EqualityContract",
        MethodInfo method =>
            !method.IsSpecialName && method.GetBaseDefinition() == method && method.Name is not ("<Clone>$" or "Equals" or "Deconstruct"),
        _ => true,
    };

    private static string Signature(MemberInfo member) => member switch
    {
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        FieldInfo { IsLiteral: true } constant =>
            $"{constant.Name} = {Convert.ToString(constant.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
        FieldInfo field => $"{Name(field.FieldType)} {field.Name}",
        PropertyInfo property =>
            $"{(property.GetMethod!.IsStatic ? "static " : "")}{Name(property.PropertyType)} {property.Name} {{ get;{Setter(property)} }}",
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}({Parameters(method)})",
        _ => $"{member.MemberType} {member.Name}",
    };

    private static string Setter(PropertyInfo property) => property.SetMethod is not { IsPublic: true } setter ? ""
        : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit))
        ? " init;" : " set;";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")}"));

    private static string? Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => "null",
        Enum each => Convert.ToInt64(each, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        var other => Convert.ToString(other, CultureInfo.InvariantCulture),
    };

    private static string Name(Type type) => _keywords.TryGetValue(type, out var keyword) ? keyword
        : Nullable.GetUnderlyingType(type) is { } inner ? Name(inner) + "?"
        : type.IsGenericType ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.IsArray ? Name(type.GetElementType()!) + "[]" : type.Name;
}
