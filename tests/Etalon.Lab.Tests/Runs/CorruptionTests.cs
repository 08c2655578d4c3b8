using System.Security.Cryptography;
using System.Text;
using Etalon.Lab.Data;
using Etalon.Lab.Recipes;
using Etalon.Lab.Runs;
using Etalon.Lab.Tests.Data;

namespace Etalon.Lab.Tests.Runs;

/// <summary>Every file that etalon reads, damaged at every class of its positions: some 3,200 cases in all.</summary>
public sealed class CorruptionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string In(string name) => Path.Combine(_folder.Path, name);

    [Fact]
    public void A_checkpoint_damaged_anywhere_is_refused()
    {
        string run = SmallRun.Stopped(_folder.Path, 2), path = new CheckpointFolder(run).PathOf(2);
        byte[] good = File.ReadAllBytes(path);
        // Nothing that was changed may pass: header, padding and tensors are under a checksum.
        new Corruption(path, 1) { MayPass = false }.Try(good, PartsOf(good), () => Checkpoint.Open(path).Dispose());
    }

    [Fact]
    public void The_header_of_a_checkpoint_without_its_checksums_is_read_or_refused()
    {
        string run = SmallRun.Stopped(_folder.Path, 2), path = new CheckpointFolder(run).PathOf(2);
        byte[] good = File.ReadAllBytes(path);
        new Corruption(path, 2).Try(good, [.. PartsOf(good).SkipLast(1)], () => CheckpointTensors.Open(path).Dispose());
    }

    [Theory]
    [InlineData("metrics.jsonl", 3)]
    [InlineData("result.json", 4)]
    [InlineData("resolved.json", 5)]
    public void A_damaged_file_of_a_run_is_shown_or_refused(string name, int seed)
    {
        string run = SmallRun.Whole(_folder.Path), path = Path.Combine(run, name);
        byte[] good = File.ReadAllBytes(path);
        new Corruption(path, seed).Try(good, Corruption.ClassesOfText(good), () => RunSummary.Read(run));
    }

    [Theory]
    [InlineData("metrics.jsonl", 6)]
    [InlineData("resolved.json", 7)]
    [InlineData("recipe.yaml", 8)]
    public void A_run_with_a_damaged_file_is_resumed_or_refused(string name, int seed)
    {
        string run = SmallRun.Stopped(_folder.Path, 13), path = Path.Combine(run, name);
        byte[] good = File.ReadAllBytes(path);
        new Corruption(path, seed).Try(good, Corruption.ClassesOfText(good), () =>
        {
            using var folder = RunFolder.Open(run);
            Resumption.Of(folder).Dispose();
        });
    }

    [Theory]
    [InlineData("small.yaml", 9)]
    [InlineData("lr.csv", 10)]
    public void A_damaged_recipe_or_a_table_of_its_is_read_or_refused(string name, int seed)
    {
        string recipe = SmallRun.WriteRecipe(_folder.Path), path = In(name);
        File.WriteAllText(In("lr.csv"),
            "step,lr\n" + string.Concat(Enumerable.Range(0, 28).Select(step => $"{step},{0.1 / (step + 1):R}\n")));
        byte[] good = File.ReadAllBytes(path);
        new Corruption(path, seed).Try(good, Corruption.ClassesOfText(good),
            () => RecipeReader.ReadFile(recipe, name == "lr.csv" ? ["learning_rate={table: {file: lr.csv}}"] : []));
    }

    [Theory]
    [InlineData("mnist", 0, 11)]
    [InlineData("mnist", 1, 12)]
    [InlineData("cifar10", 0, 13)]
    [InlineData("cifar100", 0, 14)]
    public void A_damaged_data_file_is_refused_or_has_the_right_shape(string name, int index, int seed)
    {
        var set = Published(name);
        // Without their checksums, so that the formats themselves must hold.
        var file = set.Entry.Files[index] with { Sha256 = null };
        byte[] good = set.Files[file.Name];
        string path = In(file.Name);
        int header = good.Length - file.Count * set.Entry.Image.Length, row = good.Length / file.Count;
        var classes = (name, index) switch
        {
            ("mnist", 0) => Corruption.Parts(("magic", 4), ("dimensions", header), ("pixels", good.Length)),
            ("mnist", _) => Corruption.Parts(("magic", 4), ("dimensions", 8), ("labels", good.Length)),
            _ => [("labels", [.. Enumerable.Range(0, file.Count).Select(i => i * row)]),
                ("pixels", [.. Enumerable.Range(0, good.Length).Where(i => i % row > 1)])],
        };
        new Corruption(path, seed).Try(good, classes,
            () => new DataSetAssembler(set.Entry).Add(file, PublishedFileReader.Read(file, path, "Get it anew."), path));
    }

    [Fact]
    public void A_damaged_gzip_file_is_refused_or_has_the_right_content()
    {
        var set = PublishedSet.Mnist();
        var file = set.Entry.Files[0];
        byte[] good = PublishedSet.Gzip(set.Files[file.Name]);
        string path = In(file.Name + ".gz");
        // Ten bytes of header, eight of checksum and length at the end.
        new Corruption(path, 15).Try(good, Corruption.Parts(("header", 10), ("blocks", good.Length - 8), ("trailer", good.Length)), () =>
            Assert.Equal(set.Files[file.Name], PublishedFileReader.Read(file, path, "Get it anew.")));
    }

    [Fact]
    public void A_damaged_archive_is_refused_or_has_the_right_files_even_if_its_checksum_were_right()
    {
        var set = PublishedSet.Cifar10();
        string path = In("sample.tar.gz");
        byte[] good = PublishedSet.Gunzip(set.Archive);
        var entry = set.Entry;
        void Pack(byte[] tar)
        {
            byte[] archive = PublishedSet.Gzip(tar);
            File.WriteAllBytes(path, archive);
            entry = set.Entry with
            {
                Archive =
                set.Entry.Archive! with { Length = archive.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(archive)) }
            };
        }
        // Fields of the header blocks of ustar(5): a block for the folder, then one before each file, whose content follows in whole
        // blocks.
        int[] headers = [.. Enumerable.Range(0, good.Length / 512).Select(i => i * 512)
            .Where(at => Encoding.ASCII.GetString(good, at + 257, 5) == "ustar")];
        (string, int[]) Field(string name, int begin, int end) =>
            (name, [.. headers.SelectMany(at => Enumerable.Range(at + begin, end - begin))]);
        var rest = Enumerable.Range(0, good.Length).Where(i => !headers.Contains(i - i % 512)).ToArray();
        new Corruption(path, 16) { Write = Pack, Names = "sample" }.Try(
            good,
            [Field("name", 0, 100), Field("size", 124, 136), Field("checksum", 148, 156), Field("type", 156, 157), Field("link", 157, 257),
                Field("prefix", 345, 500), ("content", rest)],
            () => entry.Load(DataPlaces.InFolder(entry, _folder.Path)));
    }

    [Fact]
    public void An_archive_damaged_anywhere_is_refused_or_holds_the_published_files()
    {
        var set = PublishedSet.Cifar10();
        string path = In("sample.tar.gz");
        File.WriteAllBytes(path, set.Archive);
        string published = set.Entry.Load(DataPlaces.InFolder(set.Entry, _folder.Path)).ContentHash;
        // What the files are does not depend on gzip's time stamp, nor on tar's owner.
        new Corruption(path, 17).Try(
            set.Archive,
            Corruption.Parts(("header", 10), ("blocks", set.Archive.Length - 8), ("trailer", set.Archive.Length)),
            () => Assert.Equal(published, set.Entry.Load(DataPlaces.InFolder(set.Entry, _folder.Path)).ContentHash));
    }

    [Fact]
    public void A_gzip_bomb_is_refused_after_the_length_that_is_due()
    {
        var file = PublishedSet.Mnist().Entry.Files[0];
        string path = In("bomb");
        File.WriteAllBytes(path, PublishedSet.Gzip(new byte[64 << 20]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Throws<InputException>(() => PublishedFileReader.Read(file, path, "Get it anew."));
        Assert.Contains("too long", problem.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static PublishedSet Published(string name) =>
        name switch { "mnist" => PublishedSet.Mnist(), "cifar10" => PublishedSet.Cifar10(), _ => PublishedSet.Cifar100() };

    // The length, the texts, the places of the tensors with the padding behind them, the tensors.
    private static IReadOnlyList<(string Name, int[] Positions)> PartsOf(byte[] checkpoint)
    {
        int header = 8 + BitConverter.ToInt32(checkpoint), texts = checkpoint.AsSpan(0, header).IndexOf("},"u8);
        return Corruption.Parts(("length", 8), ("texts", texts), ("places", header), ("tensors", checkpoint.Length));
    }
}
