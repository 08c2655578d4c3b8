using Etalon.Engine;
using Etalon.Lab;

namespace Etalon.Workbench.Options;

/// <summary>The width of vectors that the environment asks for, as every verb takes it.</summary>
internal static class RequestedVectors
{
    /// <summary>Refuses what the engine would take for no choice at all: a figure would be of a width that nobody asked for.</summary>
    /// <param name="variable">The variable's value; null or empty where it is not set.</param>
    /// <exception cref="InputException">It is neither 256 nor 512.</exception>
    public static void Require(string? variable)
    {
        if (variable is not (null or "" or "256" or "512"))
            throw new InputException($"{VectorWidth.Variable} is \"{variable}\"; it must be 256 or 512, or not be set");
    }
}
