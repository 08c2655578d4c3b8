using System.Diagnostics;
using System.Text;
using Etalon.Lab;
using Etalon.Lab.Data;
using Etalon.Lab.Runs;
using Etalon.Lab.RunSpecs;
using Etalon.Workbench.Tests.Data;

namespace Etalon.Workbench.Tests.Runs;

/// <summary>Every file that etalon reads, damaged in seeded ways: read or refused with file and cause, in bounded time and memory.</summary>
public sealed class CorruptionTests : IDisposable
{
    private const int CasesEach = 400;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private const long MostMemory = 256 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoint_with_any_bit_flipped_or_cut_anywhere_is_refused()
    {
        string run = SmallRun.Stopped(_folder.Path, 2), path = new CheckpointFolder(run).PathOf(2);
        byte[] good = File.ReadAllBytes(path);
        // Nothing that was changed may pass: header, padding and tensors are under a checksum.
        Damage(path, good, 1, () => Checkpoint.Open(path).Dispose(), mayPass: false);
    }

    [Fact]
    public void The_header_of_a_checkpoint_without_its_checksums_is_read_or_refused()
    {
        string run = SmallRun.Stopped(_folder.Path, 2), path = new CheckpointFolder(run).PathOf(2);
        byte[] good = File.ReadAllBytes(path);
        int header = BitConverter.ToInt32(good) + 8;
        Damage(path, good, 2, () => SafetensorsFile.Open(path).Dispose(), mayPass: true, within: header);
    }

    [Theory]
    [InlineData("metrics.jsonl", 3)]
    [InlineData("result.json", 4)]
    [InlineData("resolved.json", 5)]
    public void A_damaged_file_of_a_run_is_shown_or_refused(string name, int seed)
    {
        string run = SmallRun.Whole(_folder.Path), path = Path.Combine(run, name);
        Damage(path, File.ReadAllBytes(path), seed, () => RunSummary.Read(run), mayPass: true);
    }

    [Theory]
    [InlineData("metrics.jsonl", 6)]
    [InlineData("resolved.json", 7)]
    [InlineData("recipe.yaml", 8)]
    public void A_run_with_a_damaged_file_is_resumed_or_refused(string name, int seed)
    {
        string run = SmallRun.Stopped(_folder.Path, 13), path = Path.Combine(run, name);
        Damage(path, File.ReadAllBytes(path), seed, () =>
        {
            using var folder = RunFolder.Open(run);
            Resumption.Of(folder).Dispose();
        }, mayPass: true);
    }

    [Fact]
    public void A_damaged_recipe_is_read_or_refused()
    {
        string path = SmallRun.WriteRecipe(_folder.Path);
        Damage(path, File.ReadAllBytes(path), 9, () => RecipeReader.ReadFile(path), mayPass: true);
    }

    [Theory]
    [InlineData("mnist", false, 10)]
    [InlineData("mnist", true, 11)]
    [InlineData("cifar10", false, 12)]
    [InlineData("cifar100", true, 13)]
    public void A_damaged_data_file_is_refused_or_has_the_right_shape(string name, bool gzipped, int seed)
    {
        var set = name switch { "mnist" => PublishedSet.Mnist(), "cifar10" => PublishedSet.Cifar10(), _ => PublishedSet.Cifar100() };
        // Without their checksums, so that the formats themselves must hold.
        var file = set.Entry.Files[0] with { Sha256 = null };
        byte[] good = gzipped ? PublishedSet.Gzip(set.Files[file.Name]) : set.Files[file.Name];
        string path = Path.Combine(_folder.Path, file.Name);
        Damage(path, good, seed, () => new CanonicalReading(set.Entry).Add(file, CanonicalFileReader.Read(file, path, "Get it anew."), path), mayPass: true);
    }

    [Fact]
    public void A_gzip_bomb_is_refused_after_the_length_that_is_due()
    {
        var file = PublishedSet.Mnist().Entry.Files[0];
        string path = Path.Combine(_folder.Path, "bomb");
        File.WriteAllBytes(path, PublishedSet.Gzip(new byte[64 << 20]));
        long before = GC.GetAllocatedBytesForCurrentThread();
        var problem = Assert.Throws<InputException>(() => CanonicalFileReader.Read(file, path, "Get it anew."));
        Assert.Contains("too long", problem.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static void Damage(string path, byte[] good, int seed, Action read, bool mayPass, int? within = null)
    {
        var random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < CasesEach; i++)
        {
            byte[] bytes = Mutate(good, random, within ?? good.Length);
            if (bytes.AsSpan().SequenceEqual(good)) continue;
            File.WriteAllBytes(path, bytes);
            if (Reads(read, Path.GetFileName(path), $"case {i}")) Assert.True(mayPass, $"case {i} was read as if it were good");
            else refused++;
        }
        Assert.InRange(refused, CasesEach / 100, CasesEach);
    }

    private static bool Reads(Action read, string name, string what)
    {
        long memory = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        bool isRead = true;
        try
        {
            read();
        }
        catch (InputException exception)
        {
            Assert.Contains(name, exception.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", exception.Message, StringComparison.Ordinal);
            isRead = false;
        }
        catch (Exception exception) when (exception is not Xunit.Sdk.IAssertionException)
        {
            throw new InvalidOperationException($"{what} of {name}: {exception.GetType().Name}: {exception.Message}", exception);
        }
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - memory, 0, MostMemory);
        Assert.True(Stopwatch.GetElapsedTime(start) < Longest, $"{what} of {name} took {Stopwatch.GetElapsedTime(start)}");
        return isRead;
    }

    // One case of each class in turn: a bit, a byte, a cut, bytes removed, inserted, repeated, swapped; a number or a word for text.
    private static byte[] Mutate(byte[] good, Random random, int within)
    {
        var bytes = good.ToList();
        int at = random.Next(within), length = Math.Min(random.Next(1, 16), within - at);
        switch (random.Next(8))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 3:
                bytes.RemoveRange(at, length);
                break;
            case 4:
                bytes.InsertRange(at, good[at..(at + length)]);
                break;
            case 5:
                int other = random.Next(within);
                (bytes[at], bytes[other]) = (bytes[other], bytes[at]);
                break;
            case 6:
                for (int i = at; i < at + length; i++) bytes[i] = random.Next(2) == 0 ? (byte)0 : (byte)255;
                break;
            default:
                string[] words = ["-1", "1e400", "99999999999999999999", "null", "[]", "{}", "\"", "NaN", "\u0000", "true", "0.5", "[[[[[[[["];
                bytes.RemoveRange(at, length);
                bytes.InsertRange(at, Encoding.UTF8.GetBytes(words[random.Next(words.Length)]));
                break;
        }
        return [.. bytes];
    }
}
