using System.Security.Cryptography;
using System.Text;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public class DigitsTests
{
    private static readonly DataSet Digits = DataCatalog.Load("digits");

    [Fact]
    public void The_digits_need_no_files_and_have_the_published_shape()
    {
        Assert.Equal((8, 8, 1), (Digits.Image.Height, Digits.Image.Width, Digits.Image.Channels));
        Assert.Equal((1437, 360, 10, 16), (Digits.Training.Count, Digits.Test.Count, Digits.ClassCount, Digits.PixelMaximum));
        Assert.Equal(1437 * 64, Digits.Training.Pixels.Length);
    }

    // Counts of each digit in optdigits.tes, from the repository's own description of the file (optdigits.names).
    [Fact]
    public void Each_digit_occurs_as_often_as_its_description_says()
    {
        var counts = new int[10];
        foreach (var label in Digits.Training.Labels) counts[label]++;
        foreach (var label in Digits.Test.Labels) counts[label]++;
        Assert.Equal([178, 182, 177, 183, 181, 182, 181, 179, 174, 180], counts);
    }

    // The text is put together again from both splits by the documented rule and compared with the checksum of the file as distributed:
    // no pixel, label or place can be wrong.
    [Fact]
    public void Every_fifth_image_tests_and_nothing_is_lost()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 1797; i++)
        {
            var (split, place) = i % 5 == 0 ? (Digits.Test, i / 5) : (Digits.Training, i / 5 * 4 + i % 5 - 1);
            foreach (var pixel in split.Pixels.Slice(place * 64, 64)) text.Append(pixel).Append(',');
            text.Append(split.Labels[place]).Append('\n');
        }
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(text.ToString())));
        Assert.Equal("6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8", hash);
    }
}
