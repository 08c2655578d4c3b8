using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Etalon.Lab.Tests.Data;

/// <summary>
/// An HTTP server on 127.0.0.1 that answers each request as a test says: with other bytes, another status, without ranges, or by
/// dropping the connection midway.
/// </summary>
internal sealed class FlakyServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, Reply> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;

    internal FlakyServer(Func<Request, Reply> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    /// <summary>One request: its number from 0, the path and where the asked range begins.</summary>
    internal sealed record Request(int Number, string Path, long? From);

    /// <summary>One answer.</summary>
    /// <param name="File">The whole file.</param>
    /// <param name="Status">200 becomes 206 (or 416) when a range is asked for.</param>
    /// <param name="DropAfter">The connection ends after so many bytes of the body.</param>
    /// <param name="IgnoresRange">The whole file is sent whatever is asked for.</param>
    /// <param name="HidesLength">No Content-Length: the end of the connection is the end of the file.</param>
    /// <param name="Location">Where a redirection sends who asks.</param>
    /// <param name="MistakesRange">What is sent to who asks for a range begins, and says that it begins, elsewhere.</param>
    internal sealed record Reply(byte[] File, int Status = 200, int? DropAfter = null, bool IgnoresRange = false, bool HidesLength = false,
        bool MistakesRange = false, string? Location = null);

    internal Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>What was asked so far.</summary>
    internal List<Request> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var connection = await _listener.AcceptTcpClientAsync(_stop.Token);
                try
                {
                    await AnswerAsync(connection);
                }
                catch (IOException)
                {
                    // The client ended the connection; that is its right.
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task AnswerAsync(TcpClient connection)
    {
        await using var stream = connection.GetStream();
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var path = (await reader.ReadLineAsync())!.Split(' ')[1];
        long? from = null;
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
            if (line.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                from = long.Parse(line["Range: bytes=".Length..].TrimEnd('-'), CultureInfo.InvariantCulture);
        var request = new Request(Requests.Count, path, from);
        Requests.Add(request);
        var reply = _answer(request);

        var start = reply.Status == 200 && !reply.IgnoresRange ? from ?? 0 : 0;
        if (reply.MistakesRange && from is not null) start = 1;
        var status = start == 0 ? reply.Status : start < reply.File.Length ? 206 : 416;
        var body = status == 416 ? [] : reply.File[(int)start..];
        var range = status switch
        {
            206 => $"Content-Range: bytes {start}-{reply.File.Length - 1}/{reply.File.Length}\r\n",
            416 => $"Content-Range: bytes */{reply.File.Length}\r\n",
            _ => "",
        };
        if (reply.Location is not null) range += $"Location: {reply.Location}\r\n";
        var length = reply.HidesLength ? "" : $"Content-Length: {body.Length}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} Answer\r\n{range}{length}Connection: close\r\n\r\n"));
        await stream.WriteAsync(body.AsMemory(0, Math.Min(body.Length, reply.DropAfter ?? body.Length)));
    }
}
