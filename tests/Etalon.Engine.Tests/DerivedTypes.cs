namespace Etalon.Engine.Tests;

/// <summary>The classes of the engine that derive from a generic one, so that a test can ask whether it has seen them all.</summary>
internal static class DerivedTypes
{
    public static IEnumerable<Type> Of(Type generic) =>
        generic.Assembly.GetTypes().Where(type => !type.IsAbstract && Bases(type).Contains(generic));

    private static IEnumerable<Type> Bases(Type type)
    {
        for (var above = type.BaseType; above is not null; above = above.BaseType)
            if (above.IsGenericType) yield return above.GetGenericTypeDefinition();
    }
}
