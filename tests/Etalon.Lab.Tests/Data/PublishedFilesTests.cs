using System.Formats.Tar;
using System.IO.Compression;
using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public sealed class PublishedFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, bool> SetsGzippedOrNot() => new()
    {
        { "mnist", false }, { "mnist", true }, { "cifar10", false }, { "cifar10", true }, { "cifar100", false }, { "cifar100", true },
    };

    [Theory]
    [MemberData(nameof(SetsGzippedOrNot))]
    public void Each_format_is_read_gzipped_or_not(string name, bool gzipped)
    {
        var set = Published(name);
        set.WriteTo(_folder.Path, gzipped);
        AssertSame(set.Expected, Load(set));
    }

    [Theory]
    [InlineData("cifar10")]
    [InlineData("cifar100")]
    public void An_archive_is_read_as_it_is_or_unpacked(string name)
    {
        var set = Published(name);
        var path = Path.Combine(_folder.Path, "sample.tar.gz");
        File.WriteAllBytes(path, set.Archive);
        Assert.Equal(path, DataPlaces.InFolder(set.Entry, _folder.Path).Archive);
        AssertSame(set.Expected, Load(set));

        File.Delete(path);
        set.WriteTo(Path.Combine(_folder.Path, set.Entry.Archive!.Folder), gzipped: false);
        AssertSame(set.Expected, Load(set));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_truncated_file_is_named_with_what_was_expected_and_found(bool gzipped)
    {
        var set = PublishedSet.Mnist();
        set.WriteTo(_folder.Path, gzipped, (name, bytes) => name.StartsWith("t10k-images", StringComparison.Ordinal) ? bytes[..^5] : bytes);
        AssertProblem(set, "t10k-images-idx3-ubyte", "truncated", "151 uncompressed bytes", "expected 156", "etalon data get sample");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_file_that_goes_on_is_refused_before_the_rest_is_read(bool gzipped)
    {
        var set = PublishedSet.Cifar10();
        // Compressed, the excess of a hundred million zeros takes less than 100 kB: a gzip bomb.
        set.WriteTo(_folder.Path, gzipped,
            (name, bytes) => name == "test_batch.bin" ? [.. bytes, .. new byte[gzipped ? 100_000_000 : 1]] : bytes);
        var location = DataPlaces.InFolder(set.Entry, _folder.Path);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Throws<InputException>(() => set.Entry.Load(location));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Contains("test_batch.bin", problem.Message);
        Assert.Contains("too long: it goes on after the expected 370 uncompressed bytes", problem.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_changed_bit_breaks_the_checksum(bool gzipped)
    {
        var set = PublishedSet.Mnist();
        set.WriteTo(_folder.Path, gzipped, (name, bytes) =>
            name.StartsWith("train-labels", StringComparison.Ordinal) ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes);
        AssertProblem(set, "train-labels-idx1-ubyte", "SHA-256", set.Entry.Files[1].Sha256!);
    }

    [Fact]
    public void A_gzip_file_that_is_cut_or_altered_is_refused()
    {
        var set = PublishedSet.Mnist();
        var path = Path.Combine(_folder.Path, "train-images-idx3-ubyte.gz");
        var intact = PublishedSet.Gzip(set.Files["train-images-idx3-ubyte"]);
        foreach (var length in new[] { 2, 9, 10, 11, intact.Length / 2 })
        {
            set.WriteTo(_folder.Path, gzipped: true);
            File.WriteAllBytes(path, intact[..length]);
            AssertProblem(set, path);
        }
        set.WriteTo(_folder.Path, gzipped: true);
        intact[12] ^= 0xff;
        File.WriteAllBytes(path, intact);
        AssertProblem(set, path);
    }

    [Theory]
    [InlineData(0, 1, "begins with 01000803")]
    [InlineData(2, 9, "begins with 00000903")]
    [InlineData(3, 1, "begins with 00000801")]
    [InlineData(4, 0x7f, "its header says 2130706455x5x4, expected 23x5x4")]
    [InlineData(7, 24, "its header says 24x5x4")]
    [InlineData(11, 4, "its header says 23x4x4")]
    public void A_header_that_lies_is_not_believed(int place, byte value, string message)
    {
        var set = PublishedSet.Mnist().WithoutChecksums();
        set.WriteTo(_folder.Path, gzipped: false, (name, bytes) =>
        {
            if (!name.StartsWith("train-images", StringComparison.Ordinal)) return bytes;
            byte[] changed = [.. bytes];
            changed[place] = value;
            return changed;
        });
        AssertProblem(set, "train-images-idx3-ubyte", message);
    }

    [Theory]
    [InlineData("mnist", 8 + 3, "train-labels-idx1-ubyte", "image 3 has the label 5, but the classes of sample are 0 to 4")]
    [InlineData("cifar10", 37 * 3, "data_batch_1.bin", "image 3 has the label 5")]
    public void A_label_outside_the_classes_is_refused(string name, int place, string file, string message)
    {
        var set = Published(name).WithoutChecksums();
        set.WriteTo(_folder.Path, gzipped: false, (current, bytes) =>
        {
            byte[] changed = [.. bytes];
            if (current == file) changed[place] = 5;
            return changed;
        });
        AssertProblem(set, file, message);
    }

    // A row has 38 bytes; images 0 to 4 have the classes 0, 3, 2, 1, 0 in the groups 0, 1, 1, 0, 0.
    [Theory]
    [InlineData(0, 1, "class 0 has the coarse label 1 before image 4 and 0 there")]
    [InlineData(1, 1, "class 0 occurs 4 times; each of the 4 classes occurs 5 times")]
    public void Without_checksums_the_classes_of_cifar100_must_be_even_and_in_one_group_each(int place, byte value, string message)
    {
        var set = PublishedSet.Cifar100();
        set.WriteTo(_folder.Path, gzipped: false, (name, bytes) =>
        {
            byte[] changed = [.. bytes];
            if (name == "train.bin") changed[place] = value;
            return changed;
        });
        AssertProblem(set, "train.bin", message);
    }

    [Theory]
    [InlineData("cifar10")]
    [InlineData("cifar100")]
    public void An_archive_that_was_packed_again_is_what_its_files_are(string name)
    {
        var set = name == "cifar10" ? PublishedSet.Cifar10() : PublishedSet.Cifar100();
        File.WriteAllBytes(Path.Combine(_folder.Path, "sample.tar.gz"), Repacked(set));
        AssertSame(set.Expected, set.Entry.Load(DataPlaces.InFolder(set.Entry, _folder.Path)));
    }

    [Fact]
    public void A_changed_bit_in_an_archive_that_was_packed_again_is_found_with_its_file()
    {
        var set = PublishedSet.Cifar10();
        File.WriteAllBytes(Path.Combine(_folder.Path, "sample.tar.gz"),
            Repacked(set, (file, bytes) => file == "data_batch_2.bin" ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes));
        AssertProblem(set, "data_batch_2.bin is not the published data_batch_2.bin: the SHA-256");
        byte[] cut = Repacked(set);
        File.WriteAllBytes(Path.Combine(_folder.Path, "sample.tar.gz"), cut[..(cut.Length / 2)]);
        AssertProblem(set, "sample.tar.gz cannot be read");
    }

    // As another tool packs: other compression, another order, names that begin with ./
    private static byte[] Repacked(PublishedSet set, Func<string, byte[], byte[]>? change = null)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        using (var writer = new TarWriter(gzip, TarEntryFormat.Gnu))
        {
            foreach (var (file, bytes) in set.Files)
                writer.WriteEntry(
                    new GnuTarEntry(TarEntryType.RegularFile,
                        $"./{set.Entry.Archive!.Folder}/{file}")
                    { DataStream = new MemoryStream(change?.Invoke(file, bytes) ?? bytes) });
        }
        return packed.ToArray();
    }

    [Fact]
    public void Missing_files_are_all_named_with_what_the_folder_should_hold()
    {
        var set = PublishedSet.Mnist();
        set.WriteTo(_folder.Path, gzipped: true);
        File.Delete(Path.Combine(_folder.Path, "train-labels-idx1-ubyte.gz"));
        File.Delete(Path.Combine(_folder.Path, "t10k-labels-idx1-ubyte.gz"));
        var problem = Assert.Throws<InputException>(() => DataPlaces.InFolder(set.Entry, _folder.Path));
        Assert.Contains("it lacks train-labels-idx1-ubyte, t10k-labels-idx1-ubyte.", problem.Message);

        problem = Assert.Throws<InputException>(() => DataPlaces.InFolder(set.Entry, Path.Combine(_folder.Path, "nowhere")));
        Assert.Contains("does not exist", problem.Message);
    }

    [Fact]
    public void The_cache_is_looked_in_before_the_packages()
    {
        var set = PublishedSet.Mnist();
        var places = new DataPlaces(Path.Combine(_folder.Path, "cache"), Path.Combine(_folder.Path, "packages"));
        Assert.Null(places.TryFind(set.Entry));
        var problem = Assert.Throws<InputException>(() => places.Find(set.Entry));
        Assert.Contains("etalon data get sample", problem.Message);
        set.WriteTo(Path.Combine(_folder.Path, "packages", "sample"), gzipped: true);
        Assert.Equal(Path.Combine(_folder.Path, "packages", "sample"), places.Find(set.Entry).Folder);
        set.WriteTo(Path.Combine(_folder.Path, "cache", "sample"), gzipped: true);
        Assert.Equal(Path.Combine(_folder.Path, "cache", "sample"), places.Find(set.Entry).Folder);
    }

    // Debian's package dataset-fashion-mnist. The means and deviations are those that the field uses for this set, to the four digits they
    // are quoted with.
    [Fact]
    public void The_real_fashion_mnist_has_its_known_checksums_and_statistics()
    {
        const string Package = "/usr/share/datasets/fashion-mnist";
        Assert.SkipUnless(Directory.Exists(Package), $"{Package} is not there; apt-get install dataset-fashion-mnist brings it");
        var set = DataCatalog.Load("fashion-mnist", Package);
        Assert.Equal((60_000, 10_000, 10), (set.Training.Count, set.Test.Count, set.ClassCount));
        Assert.Equal(0.2860, set.Statistics.Means[0], 5e-5);
        Assert.Equal(0.3530, set.Statistics.StandardDeviations[0], 5e-5);
        var counts = new int[10];
        foreach (var label in set.Training.Labels) counts[label]++;
        Assert.All(counts, count => Assert.Equal(6_000, count));
    }

    private static PublishedSet Published(string name) => name switch
    {
        "mnist" => PublishedSet.Mnist(),
        "cifar10" => PublishedSet.Cifar10(),
        _ => PublishedSet.Cifar100(),
    };

    private DataSet Load(PublishedSet set) => set.Entry.Load(DataPlaces.InFolder(set.Entry, _folder.Path));

    private void AssertProblem(PublishedSet set, params string[] parts)
    {
        var problem = Assert.Throws<InputException>(() => Load(set));
        Assert.All(parts, part => Assert.Contains(part, problem.Message));
    }

    private static void AssertSame(DataSet expected, DataSet found)
    {
        Assert.Equal(expected.Training.Pixels, found.Training.Pixels);
        Assert.Equal(expected.Training.Labels, found.Training.Labels);
        Assert.Equal(expected.Test.Pixels, found.Test.Pixels);
        Assert.Equal(expected.Test.Labels, found.Test.Labels);
        Assert.Equal(expected.ContentHash, found.ContentHash);
    }
}
