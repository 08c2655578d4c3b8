namespace Etalon.Lab.Data;

/// <summary>A text that a network learns to continue, character by character.</summary>
internal sealed record TextSpec
{
    /// <summary>Windows to train on where the recipe does not say.</summary>
    public const int DefaultTrainCount = 2_000;

    /// <summary>Windows to test on where the recipe does not say.</summary>
    public const int DefaultTestCount = 200;

    // A million windows of 64 characters take 128 MB.
    internal const int MostWindows = 1_000_000;

    private const int MostContext = 1024;

    /// <summary>The text's file; null for the text that etalon makes.</summary>
    public string? File { get; init; }

    /// <summary>Characters of a window: what a network sees at once.</summary>
    /// <value>From 2 to 1,024; 64 by default.</value>
    public int Context
    {
        get;
        init => field = value is >= 2 and <= MostContext
            ? value
            : throw new ArgumentOutOfRangeException(nameof(Context), $"must be from 2 to {MostContext} characters; the usual choice is 64");
    } = 64;

    /// <summary>A window as an image: one row, a pixel a character.</summary>
    public ImageSize Image => new(1, Context, 1);
}
