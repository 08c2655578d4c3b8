using Etalon.Lab.Data;

namespace Etalon.Lab.Tests.Data;

public sealed class DataDownloadTests : IDisposable
{
    private static readonly PublishedSet Mnist = PublishedSet.Mnist();
    private static readonly PublishedSet Cifar = PublishedSet.Cifar10();

    private readonly TemporaryFolder _temporary = new();
    private readonly HttpClient _client = new();

    private string Folder => Path.Combine(_temporary.Path, "new", "sample");

    public void Dispose()
    {
        _client.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public async Task Files_are_fetched_checked_and_renamed()
    {
        await using var server = new FlakyServer(request => new(Gzipped(request)));
        var location = await GetAsync(Mnist, server);
        Assert.Equal(Mnist.Expected.ContentHash, Mnist.Entry.Load(location).ContentHash);
        Assert.Equal(Mnist.Files.Keys.Select(name => name + ".gz").Order(), FilesIn(Folder));

        await GetAsync(Mnist, server);
        Assert.Equal(4, server.Requests.Count); // what is there and intact is not fetched again
    }

    [Fact]
    public async Task An_archive_is_fetched_checked_and_unpacked()
    {
        await using var server = new FlakyServer(_ => new(Cifar.Archive));
        var location = await GetAsync(Cifar, server);
        Assert.Equal(Cifar.Expected.ContentHash, Cifar.Entry.Load(location).ContentHash);
        Assert.Equal("/sample.tar.gz", Assert.Single(server.Requests).Path);
        Assert.Equal(Cifar.Files.Keys.Order(), FilesIn(Folder));
    }

    [Fact]
    public async Task A_dropped_connection_goes_on_where_it_ended()
    {
        await using var server = new FlakyServer(request => new(Cifar.Archive, DropAfter: request.Number < 3 ? 100 : null));
        var seen = new Progress();
        await GetAsync(Cifar, server, seen);
        Assert.Equal([null, 100L, 200L, 300L], server.Requests.Select(request => request.From));
        Assert.Equal(Cifar.Archive.Length, seen.Reports[^1].Received);
        Assert.Equal(Cifar.Archive.Length, seen.Reports[^1].Total);
        Assert.Equal(3, seen.Reports.Count(report => report.Trouble is not null));
    }

    [Theory]
    [InlineData(100)]
    [InlineData(0)]
    public async Task A_connection_that_always_drops_ends_with_an_error_and_the_next_call_goes_on(int dropAfter)
    {
        await using (var server = new FlakyServer(request => new(Cifar.Archive, DropAfter: request.From > 0 ? 0 : dropAfter)))
        {
            var problem = await Assert.ThrowsAsync<IOException>(() => GetAsync(Cifar, server));
            Assert.Contains("could not be fetched in 6 attempts", problem.Message);
            Assert.Equal(6, server.Requests.Count);
        }
        Assert.Equal(dropAfter > 0 ? ["sample.tar.gz.part"] : [], FilesIn(Folder));
        await using var repaired = new FlakyServer(_ => new(Cifar.Archive));
        await GetAsync(Cifar, repaired);
        Assert.Equal([dropAfter > 0 ? dropAfter : null], repaired.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task A_server_that_ignores_the_range_is_read_from_the_beginning()
    {
        await using var server =
            new FlakyServer(request => new(Cifar.Archive, DropAfter: request.Number == 0 ? 100 : null, IgnoresRange: true));
        var location = await GetAsync(Cifar, server);
        Assert.Equal([null, 100L], server.Requests.Select(request => request.From));
        Assert.Equal(Cifar.Expected.ContentHash, Cifar.Entry.Load(location).ContentHash);
    }

    // Each first attempt brings more than is worth another six; each second one is thrown away with all that was there.
    [Fact]
    public async Task A_server_that_drops_connections_and_mistakes_ranges_is_given_up_when_nothing_new_arrives()
    {
        var file = new byte[300_000];
        await using var server = new FlakyServer(_ => new(file, DropAfter: 100_000, MistakesRange: true));
        var fetch = new ResumableFetch(_client) { FirstPause = TimeSpan.Zero };
        var request = new FetchRequest(new(server.Address, "file"), Path.Combine(_temporary.Path, "file.part"), file.Length, file.Length);
        var problem = await Assert.ThrowsAsync<IOException>(() => fetch.FetchAsync(request, null, TestContext.Current.CancellationToken));
        Assert.Contains("could not be fetched in 6 attempts", problem.Message, StringComparison.Ordinal);
        Assert.InRange(server.Requests.Count, 6, 7);
    }

    [Fact]
    public async Task A_second_download_into_a_folder_says_that_it_waits_and_finds_what_the_first_one_fetched()
    {
        using var isOpen = new ManualResetEventSlim();
        var isAsked = new TaskCompletionSource();
        await using var server = new FlakyServer(_ =>
        {
            isAsked.TrySetResult();
            isOpen.Wait(TestContext.Current.CancellationToken);
            return new(Cifar.Archive);
        });
        var first = GetAsync(Cifar, server);
        await isAsked.Task;
        var second = new Progress(_ => isOpen.Set());
        Assert.Equal(await GetAsync(Cifar, server, second), await first);
        Assert.Equal($"another process is downloading into {Folder}; waiting until it has ended", Assert.Single(second.Reports).Waiting);
        Assert.Single(server.Requests);
        Assert.Equal(Cifar.Files.Keys.Order(), FilesIn(Folder));
    }

    [Fact]
    public async Task A_lock_that_a_killed_download_left_behind_blocks_nobody()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, DownloadLock.Name), "");
        await using var server = new FlakyServer(_ => new(Cifar.Archive));
        await GetAsync(Cifar, server);
        Assert.Equal(Cifar.Files.Keys.Order(), FilesIn(Folder));
    }

    [Fact]
    public async Task An_end_without_a_stated_length_is_noticed_where_the_length_is_known()
    {
        await using var server =
            new FlakyServer(request => new(Cifar.Archive, DropAfter: request.Number == 0 ? 100 : null, HidesLength: true));
        await GetAsync(Cifar, server);
        Assert.Equal([null, 100L], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task Wrong_bytes_are_refused_and_leave_nothing_behind()
    {
        byte[] wrong = [.. Cifar.Archive];
        wrong[40] ^= 1;
        await using var server = new FlakyServer(_ => new(wrong));
        var problem = await Assert.ThrowsAsync<InputException>(() => GetAsync(Cifar, server));
        Assert.Contains("is not the published archive", problem.Message);
        Assert.Contains("--from", problem.Message);
        Assert.Single(server.Requests);
        Assert.Empty(FilesIn(Folder));
    }

    [Fact]
    public async Task A_part_of_another_version_is_thrown_away_and_the_whole_fetched_once_more()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "sample.tar.gz.part"), new byte[150]);
        await using var server = new FlakyServer(_ => new(Cifar.Archive));
        await GetAsync(Cifar, server);
        Assert.Equal([150L, null], server.Requests.Select(request => request.From));
    }

    [Fact]
    public async Task A_part_that_is_already_whole_is_only_checked()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "sample.tar.gz.part"), Cifar.Archive);
        await using var server = new FlakyServer(_ => new([], Status: 500));
        await GetAsync(Cifar, server);
        Assert.Empty(server.Requests);

        var name = "train-images-idx3-ubyte";
        var whole = PublishedSet.Gzip(Mnist.Files[name]);
        Mnist.WriteTo(Folder, gzipped: true);
        File.Delete(Path.Combine(Folder, name + ".gz"));
        File.WriteAllBytes(Path.Combine(Folder, name + ".gz.part"), whole);
        await using var satisfied = new FlakyServer(request => new(Gzipped(request)));
        await GetAsync(Mnist, satisfied);
        Assert.Equal(whole.Length, Assert.Single(satisfied.Requests).From);
    }

    [Fact]
    public async Task More_bytes_than_the_file_may_have_are_not_kept()
    {
        await using var server = new FlakyServer(_ => new(new byte[1_000_000], HidesLength: true));
        var problem = await Assert.ThrowsAsync<InputException>(() => GetAsync(Mnist, server));
        Assert.Contains("sends more than", problem.Message);
        Assert.True(Directory.GetFiles(Folder).All(path => new FileInfo(path).Length == 0));
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://[")]
    [InlineData("http://127.0.0.1:99999999/")]
    [InlineData("javascript:alert(1)")]
    [InlineData("//")]
    [InlineData("")]
    public async Task A_server_that_sends_on_to_no_address_is_not_the_right_one(string location)
    {
        await using var server = new FlakyServer(request => new([], request.Number == 0 ? 302 : 404, Location: location));
        var problem = await Assert.ThrowsAsync<InputException>(() => GetAsync(Mnist, server));
        Assert.Contains("--from", problem.Message, StringComparison.Ordinal);
        Assert.Empty(FilesIn(Folder));
    }

    [Fact]
    public async Task A_missing_file_is_the_address_s_fault_and_not_tried_again()
    {
        await using var server = new FlakyServer(_ => new([], Status: 404));
        var problem = await Assert.ThrowsAsync<InputException>(() => GetAsync(Mnist, server));
        Assert.Contains("train-images-idx3-ubyte.gz: the server answered 404", problem.Message);
        Assert.Contains("--from", problem.Message);
        Assert.Single(server.Requests);
        Assert.Empty(FilesIn(Folder));
    }

    [Fact]
    public async Task A_server_in_trouble_is_tried_again()
    {
        await using var server = new FlakyServer(request => request.Number < 5 ? new([], Status: 503) : new(Cifar.Archive));
        await GetAsync(Cifar, server);
        Assert.Equal(6, server.Requests.Count);
    }

    [Fact]
    public async Task A_damaged_file_is_replaced_under_either_name()
    {
        Mnist.WriteTo(Folder, gzipped: false);
        File.WriteAllText(Path.Combine(Folder, "train-labels-idx1-ubyte"), "damaged");
        await using var server = new FlakyServer(request => new(Gzipped(request)));
        var location = await GetAsync(Mnist, server);
        Assert.Equal(Mnist.Expected.ContentHash, Mnist.Entry.Load(location).ContentHash);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Cancelling_keeps_what_was_received()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = new FlakyServer(_ => new(Cifar.Archive, DropAfter: 100));
        var stopping = new Progress(_ => cancellation.Cancel());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => GetUntilAsync(Cifar, server, stopping, cancellation.Token));
        Assert.Equal(100, new FileInfo(Path.Combine(Folder, "sample.tar.gz.part")).Length);
    }

    [Fact]
    public async Task The_built_in_set_cannot_be_fetched()
    {
        await using var server = new FlakyServer(_ => new([]));
        var digits = Mnist with { Entry = DataCatalog.Find("digits") };
        Assert.Contains("built in", (await Assert.ThrowsAsync<InputException>(() => GetAsync(digits, server))).Message);
    }

    private static byte[] Gzipped(FlakyServer.Request request) => PublishedSet.Gzip(Mnist.Files[request.Path[1..^".gz".Length]]);

    private static IEnumerable<string> FilesIn(string folder) => Directory.GetFiles(folder).Select(path => Path.GetFileName(path)).Order();

    private Task<DataLocation> GetAsync(PublishedSet set, FlakyServer server, IProgress<DownloadProgress>? progress = null) =>
        GetUntilAsync(set, server, progress, TestContext.Current.CancellationToken);

    private Task<DataLocation> GetUntilAsync(
        PublishedSet set, FlakyServer server, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        var fetch = new ResumableFetch(_client) { FirstPause = TimeSpan.FromMilliseconds(1) };
        return new DataDownload(fetch).GetAsync(set.Entry, server.Address, Folder, progress, cancellation);
    }

    /// <summary>Unlike <see cref="Progress{T}"/>, tells at once and in order.</summary>
    private sealed class Progress(Action<DownloadProgress>? act = null) : IProgress<DownloadProgress>
    {
        internal List<DownloadProgress> Reports { get; } = [];

        public void Report(DownloadProgress value)
        {
            Reports.Add(value);
            act?.Invoke(value);
        }
    }
}
