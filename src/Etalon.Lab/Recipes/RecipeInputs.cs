using Etalon.Lab.Data;
using Etalon.Lab.Files;

namespace Etalon.Lab.Recipes;

/// <summary>The files that a recipe is read from, and those that it names.</summary>
internal static class RecipeInputs
{
    /// <summary>The recipe's file, its tables, and the files of its data set as far as they are here.</summary>
    public static IEnumerable<InputFile> Of(ReadRecipe read)
    {
        ArgumentNullException.ThrowIfNull(read);
        IEnumerable<InputFile> recipe = read.File is { } file ? [new(file, "the recipe itself")] : [];
        var tables = read.Tables.Select(table => new InputFile(table, "a table of the recipe"));
        return [.. recipe, .. tables, .. read.Recipe.Data is { } data ? Of(data) : []];
    }

    /// <summary>The files of a data set as far as they are here.</summary>
    public static IEnumerable<InputFile> Of(DataSpec data)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (data.Text?.File is { } text) return [new InputFile(text, "the text of the recipe")];
        var entry = DataCatalog.Find(data.Set);
        if (entry.IsEmbedded) return [];
        var location = data.Folder is { } folder ? new DataLocation { Folder = folder } : DataPlaces.OfThisMachine.TryFind(entry);
        if (location is null) return [];
        IEnumerable<string> names = [.. entry.Files.Select(file => file.Name), .. entry.Files.Select(file => $"{file.Name}.gz")];
        if (entry.Archive is { } archive) names = [.. names, archive.Name, .. names.Select(name => Path.Combine(archive.Folder, name))];
        return names.Select(name => new InputFile(Path.Combine(location.Folder, name), "a file of the data set"));
    }
}
