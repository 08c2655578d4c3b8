namespace Etalon.Lab.Files;

/// <summary>A Python module that the assembly carries as a resource.</summary>
internal static class EmbeddedModule
{
    /// <summary>Writes the module.</summary>
    /// <param name="name">The resource's name, which is that of the file.</param>
    /// <param name="writer">Where to; the text is UTF-8 as soon as it is a file.</param>
    public static void Write(string name, TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using var resource = typeof(EmbeddedModule).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly was built without its resource {name}.");
        using var text = new StreamReader(resource);
        writer.Write(text.ReadToEnd());
    }
}
