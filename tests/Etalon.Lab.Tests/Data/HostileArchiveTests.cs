using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

/// <summary>
/// Archives made to do harm. One that is not the published one is walked with bounds; and were its checksum right, names and links of
/// it still lead nowhere, for files are written under the names of the catalog only.
/// </summary>
public sealed class HostileArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Inside => Path.Combine(_folder.Path, "inside");

    public static TheoryData<string> Tricks =>
        ["../", "../../../../tmp/", "/tmp/", "cifar-10-batches-bin/../../", "..\\", "cifar-10-batches-bin/./"];

    [Theory]
    [MemberData(nameof(Tricks))]
    public void A_path_that_leaves_the_folder_is_none_of_the_sets_files(string prefix)
    {
        var set = PublishedSet.Cifar10();
        string canary = $"canary-{Guid.NewGuid():N}";
        byte[] archive = Tar(writer =>
        {
            foreach (var (name, bytes) in set.Files) Add(writer, prefix + name, bytes);
            Add(writer, prefix + canary, [1]);
        });
        AssertRefused(set, archive, trusted: false, "lacks data_batch_1.bin, data_batch_2.bin, test_batch.bin");
        AssertRefused(set, archive, trusted: true, "lacks data_batch_1.bin, data_batch_2.bin, test_batch.bin");
        Assert.False(File.Exists(Path.Combine("/tmp", canary)));
        Assert.Equal([Inside], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Directory)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.CharacterDevice)]
    public void A_link_or_a_device_under_the_name_of_a_file_is_not_that_file(TarEntryType type)
    {
        var set = PublishedSet.Cifar10();
        string secret = Path.Combine(_folder.Path, "secret");
        File.WriteAllBytes(secret, set.Files["test_batch.bin"]);
        byte[] archive = Tar(writer =>
        {
            foreach (var (name, bytes) in set.Files.SkipLast(1)) Add(writer, $"cifar-10-batches-bin/{name}", bytes);
            var entry = new UstarTarEntry(type, "cifar-10-batches-bin/test_batch.bin");
            if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink) entry.LinkName = secret;
            writer.WriteEntry(entry);
        });
        AssertRefused(set, archive, trusted: true, "lacks test_batch.bin");
        AssertRefused(set, archive, trusted: false, "lacks test_batch.bin");
    }

    [Fact]
    public void A_bomb_is_refused_unopened()
    {
        var set = PublishedSet.Cifar10();
        // A quarter of a gigabyte of zeros, as a file of the set and as one that is not.
        byte[] archive = Tar(writer =>
        {
            Add(writer, "cifar-10-batches-bin/test_batch.bin", new byte[128 << 20]);
            Add(writer, "readme.html", new byte[128 << 20]);
        });
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertRefused(set, archive, trusted: false, "test_batch.bin is too long: it has 134217728 bytes");
        AssertRefused(set, Tar(writer => Add(writer, "readme.html", new byte[128 << 20])), trusted: false,
            "It holds more than the files of sample.");
        // Were it trusted: a file is read to the length that is due, and the rest of it is not held.
        AssertRefused(set, archive, trusted: true, "test_batch.bin is too long");
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, (128 << 20) + (8 << 20));
    }

    [Fact]
    public void The_data_of_a_run_are_in_memory_whatever_becomes_of_the_files()
    {
        var set = PublishedSet.Mnist();
        set.WriteTo(Inside, gzipped: false);
        var data = set.Entry.Load(DataPlaces.InFolder(set.Entry, Inside));
        foreach (string path in Directory.GetFiles(Inside)) File.WriteAllBytes(path, new byte[3]);
        var batches =
            BatchSource<float>.ForTraining(data, 8, new BatchOptions { Seed = 1, DropLast = false, Augmentation = new CropFlip(0, false) });
        var batch = new Batch<float>(batches);
        for (int epoch = 0; epoch < 2; epoch++)
            for (int i = 0; i < batches.BatchesPerEpoch; i++) batch.Read(batches, epoch, i);
        Assert.Equal(set.Expected.ContentHash, data.ContentHash);
    }

    private void AssertRefused(PublishedSet set, byte[] archive, bool trusted, string cause)
    {
        Directory.CreateDirectory(Inside);
        string path = Path.Combine(Inside, "sample.tar.gz");
        File.WriteAllBytes(path, archive);
        var published = set.Entry.Archive!;
        var entry = trusted
            ? set.Entry with
            {
                Archive =
            published with { Length = archive.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(archive)) }
            } : set.Entry;
        var problem = Assert.Throws<InputException>(() => entry.Load(DataPlaces.InFolder(entry, Inside)));
        Assert.Contains(cause, problem.Message, StringComparison.Ordinal);
        Assert.Contains("sample", problem.Message, StringComparison.Ordinal);
    }

    private static byte[] Tar(Action<TarWriter> fill)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var writer = new TarWriter(gzip, TarEntryFormat.Ustar))
            fill(writer);
        return packed.ToArray();
    }

    private static void Add(TarWriter writer, string name, byte[] bytes) =>
        writer.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(bytes) });
}
