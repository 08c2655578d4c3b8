using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

/// <summary>
/// A small data set as its authors would publish it: its catalog entry, its files, and the images and labels that a reader must find in
/// them. The writers here follow the descriptions of the formats and share nothing with the readers.
/// </summary>
internal sealed record PublishedSet(CatalogEntry Entry, Dictionary<string, byte[]> Files, byte[] Archive, DataSet Expected)
{
    internal static PublishedSet Mnist()
    {
        var expected = Samples.Set(new(5, 4, 1));
        var files = new Dictionary<string, byte[]>
        {
            ["train-images-idx3-ubyte"] = [.. IdxHeader(23, 5, 4), .. expected.Training.Pixels],
            ["train-labels-idx1-ubyte"] = [.. IdxHeader(23), .. expected.Training.Labels],
            ["t10k-images-idx3-ubyte"] = [.. IdxHeader(7, 5, 4), .. expected.Test.Pixels],
            ["t10k-labels-idx1-ubyte"] = [.. IdxHeader(7), .. expected.Test.Labels],
        };
        var entry = Describe(expected) with
        {
            Files =
            [
                Describe(files, "train-images-idx3-ubyte", FileContent.IdxImages, tests: false, 0, 23),
                Describe(files, "train-labels-idx1-ubyte", FileContent.IdxLabels, tests: false, 0, 23),
                Describe(files, "t10k-images-idx3-ubyte", FileContent.IdxImages, tests: true, 0, 7),
                Describe(files, "t10k-labels-idx1-ubyte", FileContent.IdxLabels, tests: true, 0, 7),
            ],
        };
        return new(entry, files, [], expected);
    }

    internal static PublishedSet Cifar10()
    {
        var expected = Samples.Set(new(3, 4, 3), training: 20, test: 10);
        var rows = Rows(expected.Training, expected.Image, label => [label]);
        var files = new Dictionary<string, byte[]>
        {
            ["data_batch_1.bin"] = [.. rows.Take(10).SelectMany(row => row)],
            ["data_batch_2.bin"] = [.. rows.Skip(10).SelectMany(row => row)],
            ["test_batch.bin"] = [.. Rows(expected.Test, expected.Image, label => [label]).SelectMany(row => row)],
        };
        return Archived(expected, files, "cifar-10-batches-bin",
        [
            Describe(files, "data_batch_1.bin", FileContent.Cifar, tests: false, 0, 10),
            Describe(files, "data_batch_2.bin", FileContent.Cifar, tests: false, 10, 10),
            Describe(files, "test_batch.bin", FileContent.Cifar, tests: true, 0, 10),
        ]);
    }

    /// <summary>As published: no checksums of the files, four classes evenly in two groups.</summary>
    internal static PublishedSet Cifar100()
    {
        var image = new ImageSize(3, 4, 3);
        var random = Samples.Set(image, training: 20, test: 8, classes: 4);
        var expected = new DataSet("sample", image, 255, random.ClassNames,
            new([.. random.Training.Pixels], [.. Enumerable.Range(0, 20).Select(i => (byte)(i * 3 % 4))]),
            new([.. random.Test.Pixels], [.. Enumerable.Range(0, 8).Select(i => (byte)(i % 4))]));
        var files = new Dictionary<string, byte[]>
        {
            ["train.bin"] = [.. Rows(expected.Training, image, label => [(byte)(label / 2), label]).SelectMany(row => row)],
            ["test.bin"] = [.. Rows(expected.Test, image, label => [(byte)(label / 2), label]).SelectMany(row => row)],
        };
        return Archived(expected, files, "cifar-100-binary",
        [
            Describe(files, "train.bin", FileContent.CifarWithCoarseLabel, tests: false, 0, 20) with { Sha256 = null },
            Describe(files, "test.bin", FileContent.CifarWithCoarseLabel, tests: true, 0, 8) with { Sha256 = null },
        ]);
    }

    internal static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    internal static byte[] Gunzip(byte[] bytes)
    {
        var content = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress)) gzip.CopyTo(content);
        return content.ToArray();
    }

    /// <summary>Writes the files (or what <paramref name="change"/> makes of them) into a new folder.</summary>
    internal void WriteTo(string folder, bool gzipped, Func<string, byte[], byte[]>? change = null)
    {
        Directory.CreateDirectory(folder);
        foreach (var (name, bytes) in Files)
        {
            var content = change?.Invoke(name, bytes) ?? bytes;
            File.WriteAllBytes(Path.Combine(folder, gzipped ? name + ".gz" : name), gzipped ? Gzip(content) : content);
        }
    }

    /// <summary>The same set with no checksums, so that only the structure can give a bad file away.</summary>
    internal PublishedSet WithoutChecksums() =>
        this with { Entry = Entry with { Files = [.. Entry.Files.Select(file => file with { Sha256 = null })] } };

    private static byte[] IdxHeader(params int[] dimensions)
    {
        var header = new byte[4 + 4 * dimensions.Length];
        (header[2], header[3]) = (8, (byte)dimensions.Length);
        for (var i = 0; i < dimensions.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + 4 * i), dimensions[i]);
        return header;
    }

    private static List<byte[]> Rows(Split split, ImageSize image, Func<byte, byte[]> labels)
    {
        var rows = new List<byte[]>();
        for (var i = 0; i < split.Count; i++)
        {
            var pixels = split.Pixels.Slice(i * image.Length, image.Length).ToArray();
            var planes =
                Enumerable.Range(0, image.Channels).SelectMany(channel => pixels.Where((_, place) => place % image.Channels == channel));
            rows.Add([.. labels(split.Labels[i]), .. planes]);
        }
        return rows;
    }

    private static PublishedSet Archived(DataSet expected, Dictionary<string, byte[]> files, string folder, PublishedFile[] canonical)
    {
        var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Ustar, leaveOpen: true))
        {
            writer.WriteEntry(new UstarTarEntry(TarEntryType.Directory, folder + "/"));
            foreach (var (name, bytes) in files.Append(new("readme.html", [1, 2, 3])).Reverse())
                writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"{folder}/{name}") { DataStream = new MemoryStream(bytes) });
        }
        var archive = Gzip(tar.ToArray());
        var entry = Describe(expected) with { Files = canonical, Archive = new("sample.tar.gz", folder, archive.Length, Hash(archive)) };
        return new(entry, files, archive, expected);
    }

    private static CatalogEntry Describe(DataSet set) => new()
    {
        Name = "sample",
        Title = "Sample",
        Citation = "nobody",
        Image = set.Image,
        ClassNames = set.ClassNames,
        TrainingCount = set.Training.Count,
        TestCount = set.Test.Count,
        Address = new("http://127.0.0.1:1/"),
    };

    private static PublishedFile Describe(Dictionary<string, byte[]> files, string name, FileContent content, bool tests, int first,
        int count) =>
        new(name, content, files[name].Length, tests, first, count, Hash(files[name]));

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
