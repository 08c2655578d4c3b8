using Etalon.Lab.Charts;

namespace Etalon.Lab.Data;

/// <summary>
/// A picture of a data set's first images: a row for each group of tagged examples, or for each class where none are tagged; under each
/// image its class, and the true one where the label is wrong.
/// </summary>
internal static class ImageGrid
{
    private const int Columns = 10, MostClasses = 20, ImageHeight = 64, Gap = 8;

    /// <summary>Writes the picture as PNG.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="output">Where to.</param>
    public static void Write(DataSet data, Stream output)
    {
        ArgumentNullException.ThrowIfNull(data);
        var rows = Rows(data).ToList();
        int zoom = Math.Max(1, ImageHeight / Math.Max(data.Image.Height, data.Image.Width));
        int captionWidth = rows.Max(row => row.Caption.Length) * Canvas.LetterWidth + 2 * Gap;
        int labelWidth = data.ClassNames.Max(name => name.Length + 3) * Canvas.LetterWidth;
        int cellWidth = Math.Max(zoom * data.Image.Width, labelWidth) + Gap,
            cellHeight = zoom * data.Image.Height + 2 * Canvas.LineHeight + Gap;
        var canvas = new Canvas(captionWidth + Columns * cellWidth, Gap + rows.Count * cellHeight);
        for (int row = 0; row < rows.Count; row++)
        {
            var (caption, split, examples) = rows[row];
            int top = Gap + row * cellHeight;
            canvas.Write(caption, Gap, top + zoom * data.Image.Height / 2);
            for (int column = 0; column < examples.Count; column++)
                DrawCell(canvas, data, split, examples[column], zoom, captionWidth + column * cellWidth, top);
        }
        PngImage.Write(output, canvas.Rgb, canvas.Width, canvas.Height);
    }

    private static IEnumerable<(string Caption, Split Split, IReadOnlyList<int> Examples)> Rows(DataSet data)
    {
        bool isTagged = data.Training.Groups.Count > 0 || data.Test.Groups.Count > 0;
        foreach (var (name, split) in new[] { ("training", data.Training), ("test", data.Test) })
            foreach (var group in split.Groups)
                yield return ($"{name} {group.Name}", split, [.. group.Members.Take(Columns)]);
        for (int label = 0; !isTagged && label < Math.Min(data.ClassCount, MostClasses); label++)
        {
            byte[] labels = data.Training.Labels.ToArray();
            yield return (data.ClassNames[label], data.Training,
                [.. Enumerable.Range(0, labels.Length).Where(example => labels[example] == label).Take(Columns)]);
        }
    }

    private static void DrawCell(Canvas canvas, DataSet data, Split split, int example, int zoom, int left, int top)
    {
        var image = data.Image;
        var pixels = split.Pixels.Slice(example * image.Length, image.Length);
        for (int y = 0; y < image.Height; y++)
            for (int x = 0; x < image.Width; x++)
            {
                var pixel = pixels.Slice((y * image.Width + x) * image.Channels, image.Channels);
                canvas.Fill(left + zoom * x, top + zoom * y, zoom, zoom, Shade(pixel[0]), Shade(pixel[image.Channels / 2]),
                    Shade(pixel[^1]));
            }
        int under = top + zoom * image.Height + 4;
        canvas.Write(data.ClassNames[split.Labels[example]], left, under);
        if (split.TrueLabels is { } truth && truth[example] != split.Labels[example])
            canvas.Write($"is {data.ClassNames[truth[example]]}", left, under + Canvas.LineHeight);

        byte Shade(byte value) => (byte)(value * 255 / data.PixelMaximum);
    }
}
