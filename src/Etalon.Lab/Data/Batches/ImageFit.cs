namespace Etalon.Lab.Data;

/// <summary>
/// Brings images to the size that a network reads: centered in black, and a gray channel repeated. Nothing is scaled, so that no pixel's
/// value changes.
/// </summary>
internal static class ImageFit
{
    /// <summary>Why images cannot be brought to a size; null where they can.</summary>
    public static string? FaultOf(ImageSize from, ImageSize to)
    {
        if (to.Height < from.Height || to.Width < from.Width) return "images are padded, not cut or scaled";
        return to.Channels == from.Channels || from.Channels == 1 ? null : "only a single channel is repeated";
    }

    /// <summary>
    /// The split in the new size; where the margins of two sides cannot be equal, the lower and the right ones are wider by a pixel.
    /// </summary>
    public static Split Apply(Split split, ImageSize from, ImageSize to)
    {
        var pixels = new byte[split.Count * to.Length];
        int top = (to.Height - from.Height) / 2, left = (to.Width - from.Width) / 2, repeats = to.Channels / from.Channels;
        for (int image = 0; image < split.Count; image++)
            for (int y = 0; y < from.Height; y++)
                for (int x = 0; x < from.Width; x++)
                    for (int channel = 0; channel < to.Channels; channel++)
                    {
                        pixels[((image * to.Height + top + y) * to.Width + left + x) * to.Channels + channel] =
                            split.Pixels[((image * from.Height + y) * from.Width + x) * from.Channels + channel / repeats];
                    }
        return new Split(pixels, split.Labels.ToArray())
        {
            Groups = split.Groups,
            TrueLabels = split.TrueLabels,
            Patterns = split.Patterns
        };
    }
}
