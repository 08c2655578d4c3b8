using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Etalon.Numerics;

namespace Etalon.Lab.Data;

/// <summary>
/// Fetches one file over HTTP into a .part file, going on where an earlier attempt ended (RFC 9110, section 14: range requests), with
/// pauses that double between attempts.
/// </summary>
internal sealed class ResumableFetch(HttpClient client)
{
    private const int MostAttempts = 6;

    // An attempt that brought this much was worth making, and the count starts anew: a long download may be dropped often.
    private const long WorthwhileBytes = 1 << 16;

    // Bytes that end a silence: a server that sends one now and then is silent all the same.
    private const int LeastBytes = 1 << 10;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The pause after the first failed attempt; each further one is twice as long, up to 30 seconds. 1 second unless set.
    /// </summary>
    internal TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a server may be silent, or as good as silent. 60 seconds unless set.</summary>
    internal TimeSpan LongestSilence { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Fetches the file.</summary>
    /// <exception cref="InputException">The server refuses the address, or sends more than the file may have.</exception>
    /// <exception cref="IOException">The attempts failed, or the part file cannot be written.</exception>
    internal async Task FetchAsync(FetchRequest request, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        try
        {
            await using var part = new FileStream(request.Part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            await FetchAsync(request, part, progress, cancellation).ConfigureAwait(false);
        }
        finally
        {
            // Nothing to go on from.
            if (new FileInfo(request.Part) is { Exists: true, Length: 0 }) File.Delete(request.Part);
        }
    }

    private async Task FetchAsync(FetchRequest request, FileStream part, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        // What a server that does not go on from there makes us throw away and fetch again is no progress.
        var furthest = part.Length;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await AttemptAsync(request, part, progress, cancellation).ConfigureAwait(false);
                return;
            }
            catch (Exception problem) when (IsPassing(problem) && !cancellation.IsCancellationRequested)
            {
                if (part.Length - furthest >= WorthwhileBytes) (attempt, furthest) = (1, part.Length);
                var trouble = problem is OperationCanceledException
                    ? $"the server sent less than {LeastBytes} bytes in {LongestSilence.TotalSeconds} s." : problem.Message;
                if (attempt == MostAttempts)
                {
                    throw new IOException(
                        $"{request.Address} could not be fetched in {MostAttempts} attempts; the last one ended with: {trouble} "
                        + (part.Length == 0 ? "Name another address with --from, or fetch the file by hand and name its folder."
                            : $"What was received, {part.Length} bytes, stays in {request.Part}; the same command goes on from there."),
                            problem);
                }
                progress?.Report(new(request.Name, part.Length, request.Length, trouble));
                await Task.Delay(PauseAfter(attempt), cancellation).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan PauseAfter(int attempt)
    {
        var pause = FirstPause * Elementary.Pow(2, attempt - 1);
        return pause < LongestPause ? pause : LongestPause;
    }

    private async Task AttemptAsync(FetchRequest request, FileStream part, IProgress<DownloadProgress>? progress,
        CancellationToken cancellation)
    {
        if (part.Length == request.Length) return;
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        silence.CancelAfter(LongestSilence);
        using var message = new HttpRequestMessage(HttpMethod.Get, request.Address);
        if (part.Length > 0) message.Headers.Range = new RangeHeaderValue(part.Length, null);
        using var response = await SendAsync(message, silence.Token).ConfigureAwait(false);
        if (!Begin(request, response, part)) return;

        await using var body = await response.Content.ReadAsStreamAsync(silence.Token).ConfigureAwait(false);
        var total = request.Length ?? part.Position + response.Content.Headers.ContentLength;
        var buffer = new byte[1 << 16];
        var heard = 0;
        while (await body.ReadAsync(buffer, silence.Token).ConfigureAwait(false) is var count and > 0)
        {
            heard += count;
            if (heard >= LeastBytes)
            {
                silence.CancelAfter(LongestSilence);
                heard = 0;
            }
            if (part.Position + count > request.Limit)
            {
                part.SetLength(0);
                throw new InputException(
                    $"{request.Address} sends more than {request.Limit} bytes, which is not the published file; fetch it from another "
                    + $"address with --from.");
            }
            await part.WriteAsync(buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            await part.FlushAsync(cancellation).ConfigureAwait(false);
            progress?.Report(new(request.Name, part.Position, total, Trouble: null));
        }
        if (part.Length < request.Length)
            throw new HttpRequestException($"the connection ended after {part.Length} of {request.Length} bytes.");
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancellation)
    {
        try
        {
            return await client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        }
        catch (UriFormatException exception)
        {
            throw new InputException(
                $"{message.RequestUri}: the server sends on to what is no address ({exception.Message.TrimEnd('.')}). Name another "
                + $"address with --from, or fetch the file by hand and name its folder.");
        }
    }

    /// <summary>Sets the part file to where the server begins.</summary>
    /// <returns>False if the part file already holds everything.</returns>
    private static bool Begin(FetchRequest request, HttpResponseMessage response, FileStream part)
    {
        var range = response.Content.Headers.ContentRange;
        switch (response.StatusCode)
        {
            case HttpStatusCode.PartialContent when range?.From == part.Length:
                part.Position = part.Length;
                return true;
            case HttpStatusCode.OK:
                part.SetLength(0);
                return true;
            case HttpStatusCode.RequestedRangeNotSatisfiable when range?.Length == part.Length:
                return false;
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable:
                part.SetLength(0);
                throw new HttpRequestException(
                    $"the server does not go on from where the last attempt ended ({(int)response.StatusCode}).");
            case HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError:
                throw new HttpRequestException($"the server answered {(int)response.StatusCode} ({response.ReasonPhrase}).");
            default:
                throw new InputException(
                    $"{request.Address}: the server answered {(int)response.StatusCode} ({response.ReasonPhrase}), expected the file. "
                    + "Name another address with --from, or fetch the file by hand and name its folder.");
        }
    }

    // A dropped or silent connection passes; a full disk does not.
    private static bool IsPassing(Exception problem) => problem
        is HttpRequestException or HttpIOException or OperationCanceledException or IOException { InnerException: SocketException };
}

/// <summary>One file to fetch.</summary>
/// <param name="Address">Where it is published.</param>
/// <param name="Part">The file that receives the bytes, and keeps them between attempts.</param>
/// <param name="Length">Its length in bytes where it is known beforehand.</param>
/// <param name="Limit">The most bytes that are accepted.</param>
internal sealed record FetchRequest(Uri Address, string Part, long? Length, long Limit)
{
    /// <summary>The file's name, for messages.</summary>
    internal string Name => Path.GetFileName(Address.AbsolutePath);
}
