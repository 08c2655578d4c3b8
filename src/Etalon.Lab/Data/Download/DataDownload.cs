using Etalon.Lab.Files;

namespace Etalon.Lab.Data;

/// <summary>
/// Fetches the published files of a data set into a folder. A file gets its name only when its checksum holds, so that an interrupted
/// download never looks like a data set; what was received stays in a .part file, from which the next call goes on.
/// </summary>
internal sealed class DataDownload
{
    private readonly ResumableFetch _fetch;

    /// <summary>A download over a client.</summary>
    /// <param name="client">Sends the requests; without automatic decompression, which would hide how much of a file has arrived.</param>
    public DataDownload(HttpClient client) : this(new ResumableFetch(client)) { }

    internal DataDownload(ResumableFetch fetch) => _fetch = fetch;

    /// <summary>Fetches what the folder lacks and checks everything in it.</summary>
    /// <param name="entry">The data set.</param>
    /// <param name="from">The address of the folder that holds the published files; null for the address where they are published.</param>
    /// <param name="folder">Where to put them; made if it is not there.</param>
    /// <param name="progress">Told of every piece that arrives; may be null.</param>
    /// <param name="cancellation">Ends the download; what was received stays.</param>
    /// <returns>Where the data set is now.</returns>
    /// <exception cref="InputException">The address does not have the files, or has others; or the data set is built in.</exception>
    /// <exception cref="IOException">The connection failed again and again, or the folder cannot be written.</exception>
    public async Task<DataLocation> GetAsync(
        CatalogEntry entry, Uri? from, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(entry);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        if (entry.IsEmbedded)
            throw new InputException($"{entry.Name} is built in; there is nothing to fetch.");
        if (Lacking(entry, folder) is not { Count: > 0 } lacking) return DataPlaces.InFolder(entry, folder);
        FolderToWrite.Make(folder, "name another with --to");
        bool hasWaited = false;
        using var held = await DownloadLock.TakeAsync(folder, Wait, _fetch.FirstPause, cancellation).ConfigureAwait(false);
        if (hasWaited) lacking = Lacking(entry, folder);
        var address = FolderAddress(from ?? entry.Address!);
        if (lacking.Count > 0 && entry.Archive is { } archive)
            await GetArchiveAsync(entry, archive, new(address, archive.Name), folder, progress, cancellation).ConfigureAwait(false);
        else
            foreach (var file in lacking)
                await GetFileAsync(file, new(address, file.Name + ".gz"), folder, progress, cancellation).ConfigureAwait(false);
        return DataPlaces.InFolder(entry, folder);

        void Wait()
        {
            hasWaited = true;
            string waiting = $"another process is downloading into {folder}; waiting until it has ended";
            progress?.Report(new(entry.Name, 0, null, Trouble: null) { Waiting = waiting });
        }
    }

    private static List<PublishedFile> Lacking(CatalogEntry entry, string folder) =>
        [.. entry.Files.Where(file => !IsIntact(file, folder))];

    private async Task GetFileAsync(
        PublishedFile file, Uri address, string folder, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        // Deflate expands incompressible bytes by less than 0.1%; whatever is longer is not this file.
        var request = new FetchRequest(address, Path.Combine(folder, file.Name + ".gz.part"), Length: null,
            Limit: file.Length + file.Length / 64 + 1024);
        await GetCheckedAsync(request, () => PublishedFileReader.Read(file, request.Part, OtherBytes(address)), progress, cancellation)
            .ConfigureAwait(false);
        File.Move(request.Part, Path.Combine(folder, file.Name + ".gz"), overwrite: true);
        // A file that is not intact was found under this name, and would be read before the gzipped one.
        File.Delete(Path.Combine(folder, file.Name));
    }

    private async Task GetArchiveAsync(
        CatalogEntry entry, PublishedArchive archive, Uri address, string folder, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        var request = new FetchRequest(address, Path.Combine(folder, archive.Name + ".part"), archive.Length, archive.Length);
        await GetCheckedAsync(request, Unpack, progress, cancellation).ConfigureAwait(false);
        File.Delete(request.Part);

        void Unpack()
        {
            archive.RequirePublished(request.Part, OtherBytes(address));
            archive.ReadFiles(entry, request.Part, OtherBytes(address), (file, bytes, _) =>
            {
                var path = Path.Combine(folder, file.Name);
                File.WriteAllBytes(path + ".part", bytes);
                File.Move(path + ".part", path, overwrite: true);
            });
        }
    }

    // A .part file that was there before may be of another version of the file; then the whole is fetched once more.
    private async Task GetCheckedAsync(FetchRequest request, Action check, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        for (var isFresh = !File.Exists(request.Part); ; isFresh = true)
        {
            await _fetch.FetchAsync(request, progress, cancellation).ConfigureAwait(false);
            try
            {
                check();
                return;
            }
            catch (InputException)
            {
                File.Delete(request.Part);
                if (isFresh) throw;
            }
        }
    }

    private static bool IsIntact(PublishedFile file, string folder)
    {
        var path = new DataLocation { Folder = folder }.PathOf(file);
        if (!File.Exists(path)) return false;
        try
        {
            PublishedFileReader.Read(file, path, remedy: "");
            return true;
        }
        catch (InputException)
        {
            return false;
        }
    }

    private static string OtherBytes(Uri address) =>
        $"{address} sent something else than the published file; fetch it from another address with --from.";

    private static Uri FolderAddress(Uri address) =>
        address.AbsoluteUri.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/");
}

/// <summary>How far a download is.</summary>
/// <param name="File">The name of the file being fetched.</param>
/// <param name="Received">Bytes received, those of earlier attempts included.</param>
/// <param name="Total">Bytes in all; null where the server does not say.</param>
/// <param name="Trouble">Why the last attempt ended, when another one is about to begin; null while bytes arrive.</param>
internal readonly record struct DownloadProgress(string File, long Received, long? Total, string? Trouble)
{
    /// <summary>What the download waits for before it begins; null where it waits for nothing.</summary>
    public string? Waiting { get; init; }
}
