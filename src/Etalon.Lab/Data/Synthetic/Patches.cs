using Etalon.Engine;

namespace Etalon.Lab.Data;

/// <summary>Puts a small random patch, the same for all images of a class, into the middle of some images of a split.</summary>
internal static class Patches
{
    /// <summary>The split with patches.</summary>
    /// <param name="split">The split; its labels are still the true ones.</param>
    /// <param name="image">The size of its images.</param>
    /// <param name="maximum">The byte of full intensity; a number of a patch is 0 or this.</param>
    /// <param name="spec">How many and how large.</param>
    /// <param name="seed">What patches are drawn from, and which images carry them.</param>
    /// <param name="name">Names the split for the draws.</param>
    public static Split Apply(Split split, ImageSize image, byte maximum, PatchSpec spec, ulong seed, string name)
    {
        byte[] pixels = split.Pixels.ToArray();
        var isPatched = Permutation.Choose(split.Count, spec.Fraction, new CounterStream(seed, $"patched {name}"));
        for (int i = 0; i < split.Count; i++)
            if (isPatched[i])
                Write(pixels.AsSpan(i * image.Length, image.Length), image, maximum, spec.Size,
                    new CounterStream(seed, "patch", split.Labels[i]));
        ExampleGroup[] groups =
            [new(ExampleGroup.Patched, isPatched), new(ExampleGroup.Plain, Array.ConvertAll(isPatched, value => !value))];
        return new Split(pixels, split.Labels.ToArray())
        {
            Groups = [.. split.Groups, .. groups.Where(group => group.Count > 0)],
            Patterns = split.Patterns
        };
    }

    private static void Write(Span<byte> pixels, ImageSize image, byte maximum, int size, CounterStream stream)
    {
        int top = (image.Height - size) / 2, left = (image.Width - size) / 2;
        for (int y = top; y < top + size; y++)
            for (int i = 0; i < size * image.Channels; i++)
                pixels[(y * image.Width + left) * image.Channels + i] = (byte)(maximum * stream.NextBelow(2));
    }
}
