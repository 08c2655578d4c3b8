using System.Buffers.Binary;
using System.IO.Compression;
using Etalon.Lab.Charts;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Charts;

public class PngImageTests
{
    [Fact]
    public void A_picture_reads_back_pixel_by_pixel_and_every_checksum_holds()
    {
        byte[] rgb = [.. Enumerable.Range(0, 3 * 7 * 5).Select(i => (byte)(i * 37))];
        var (width, height, read, last) = Read(Png(rgb, 7, 5));
        Assert.Equal((7, 5), (width, height));
        Assert.Equal(rgb, read);
        Assert.Equal(0xAE426082, last); // the checksum of every PNG's last chunk
    }

    [Fact]
    public void Sizes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Png(new byte[11], 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Png([], 0, 2));
    }

    [Fact]
    public void A_grid_shows_the_images_of_each_group_enlarged()
    {
        var set = PatternSet.Generate(new() { Sigma = 0 }, 100, 20, seed: 1);
        using var memory = new MemoryStream();
        ImageGrid.Write(set, memory);
        var (width, _, rgb, _) = Read(memory.ToArray());
        // The first image of the first row, 4 pixels for 1, lies at the right of the longest caption, "training complex", 8 pixels a letter
        // and 8 on each side.
        int first = set.Training.Group("simple").Members.First(), left = 16 * 8 + 16;
        for (int y = 0; y < 64; y++)
            for (int x = 0; x < 64; x++)
                Assert.Equal(set.Training.Pixels[first * 256 + y / 4 * 16 + x / 4], rgb[3 * ((8 + y) * width + left + x)]);
    }

    private static byte[] Png(byte[] rgb, int width, int height)
    {
        using var memory = new MemoryStream();
        PngImage.Write(memory, rgb, width, height);
        return memory.ToArray();
    }

    // Only what PngImage writes: true color, one data chunk, rows without filter.
    private static (int Width, int Height, byte[] Rgb, uint LastChecksum) Read(byte[] file)
    {
        Assert.Equal("89504E470D0A1A0A", Convert.ToHexString(file[..8]));
        int width = 0, height = 0;
        byte[] rgb = [];
        uint checksum = 0;
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string type = System.Text.Encoding.ASCII.GetString(file, at + 4, 4);
            byte[] data = file[(at + 8)..(at + 8 + length)];
            checksum = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length));
            Assert.Equal(BitByBit(file[(at + 4)..(at + 8 + length)]), checksum);
            if (type == "IHDR")
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data.AsSpan(4)));
            if (type == "IDAT") rgb = Rows(data, 3 * width);
            at += 12 + length;
        }
        return (width, height, rgb, checksum);
    }

    private static byte[] Rows(byte[] data, int length)
    {
        using var rows = new MemoryStream();
        using (var zlib = new ZLibStream(new MemoryStream(data), CompressionMode.Decompress)) zlib.CopyTo(rows);
        Assert.All(rows.ToArray().Chunk(length + 1), row => Assert.Equal(0, row[0]));
        return [.. rows.ToArray().Chunk(length + 1).SelectMany(row => row[1..])];
    }

    // The division of polynomials as it is defined.
    private static uint BitByBit(byte[] data)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in data)
            for (int bit = 0; bit < 8; bit++) crc = ((crc ^ (uint)(value >> bit)) & 1) == 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        return ~crc;
    }
}
