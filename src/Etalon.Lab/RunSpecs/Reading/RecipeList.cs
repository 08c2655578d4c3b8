namespace Etalon.Lab.RunSpecs.Reading;

/// <summary>A list.</summary>
/// <param name="Items">Its items.</param>
/// <param name="Place">Where it begins.</param>
internal sealed record RecipeList(List<RecipeNode> Items, Place Place) : RecipeNode(Place)
{
    public override string Kind => "a list";

    public override string Shown => Items.Count == 0 ? "[]" : "[...]";
}
