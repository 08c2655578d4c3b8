using System.Net;
using System.Net.Sockets;
using System.Text;
using Etalon.Workbench.Dashboard;

namespace Etalon.Workbench.Tests.Dashboard;

public class AttackTests
{
    private const string Secret = "the secret outside of the folder";

    [Theory]
    [InlineData("../secret")]
    [InlineData("..%2fsecret")]
    [InlineData("%2e%2e%2fsecret")]
    [InlineData("%252e%252e%252fsecret")]
    [InlineData("....//secret")]
    [InlineData("..%5csecret")]
    [InlineData("a/../../secret")]
    [InlineData("a%00/../../secret")]
    [InlineData("%2fetc%2fpasswd")]
    [InlineData("link")]
    [InlineData("link/inside")]
    [InlineData(".")]
    [InlineData("")]
    public async Task No_address_leads_out_of_the_folder_of_runs(string id)
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(5)));
        string outside = WrittenRun.Write(served.Folder, "secret", metrics: $"{{\"step\":0,\"{Secret}\":1}}\n");
        File.WriteAllText(Path.Combine(outside, "recipe.yaml"), Secret);
        WrittenRun.Write(outside, "inside", metrics: $"{{\"step\":0,\"{Secret}\":1}}\n");
        if (!OperatingSystem.IsWindows()) Directory.CreateSymbolicLink(Path.Combine(served.Runs, "link"), outside);
        foreach (string path in (string[])["api/run?id=", "api/axes?id=", "api/diagnosis?id=", "api/curves?metric=x&run=",
            "api/sparks?run="])
        {
            var (status, text, _) = await served.Ask(path + id);
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.True(status == HttpStatusCode.BadRequest || (path.Contains("sparks", StringComparison.Ordinal) && text == "[]"),
                $"{status} {text}");
        }
        foreach (string path in (string[])["/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", $"/{id}", "/vendor/..%2f..%2fsecret"])
        {
            var (status, text, _) = await served.Ask(path);
            Assert.DoesNotContain("root:", text, StringComparison.Ordinal);
            Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
            Assert.True(status is HttpStatusCode.NotFound or HttpStatusCode.OK or HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("metrics.jsonl")]
    [InlineData("recipe.yaml")]
    [InlineData("resolved.json")]
    public async Task A_file_of_a_run_that_is_a_link_is_not_followed(string name)
    {
        await using var served = await Served.Start();
        string run = WrittenRun.Write(served.Runs, "a"), outside = Path.Combine(served.Folder, "outside");
        File.WriteAllText(outside, name == "recipe.yaml" ? Secret : $"{{\"step\":0,\"{Secret}\":1}}\n");
        File.Delete(Path.Combine(run, name));
        File.CreateSymbolicLink(Path.Combine(run, name), outside);
        foreach (string path in (string[])["api/run?id=a", "api/curves?run=a&metric=x", "api/runs", "api/sparks?run=a",
            "api/diagnosis?id=a"])
            Assert.DoesNotContain(Secret, (await served.Ask(path)).Text, StringComparison.Ordinal);
        Assert.Contains("is a link", (await served.Ask("api/runs")).Text, StringComparison.Ordinal);
    }

    // A name of the attacker's that was made to lead to 127.0.0.1.
    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8420")]
    [InlineData("127.0.0.1.evil.example")]
    [InlineData("localhost.evil.example")]
    [InlineData("10.0.0.1")]
    public async Task A_request_for_another_host_is_refused(string host)
    {
        await using var served = await Served.Start();
        Assert.Equal(421, (int)(await served.Ask("api/runs", host: host)).Status);
        Assert.Equal(421, (int)(await served.Ask("", host: host)).Status);
    }

    // SSH forwards another port than the server's.
    [Theory]
    [InlineData("localhost:9999")]
    [InlineData("127.0.0.1:1")]
    [InlineData("[::1]:9999")]
    public async Task A_forwarded_port_is_answered(string host)
    {
        await using var served = await Served.Start();
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("api/runs", host: host)).Status);
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("api/runs", null, host, null, ("Origin", $"http://{host}"))).Status);
    }

    [Theory]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://localhost:1")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Another_sites_page_reads_and_posts_nothing(string header, string value)
    {
        await using var served = await Served.Start();
        foreach (var method in (HttpMethod[])[HttpMethod.Get, HttpMethod.Post])
        {
            var (status, _, answer) = await served.Ask("api/runs", method, null, null, (header, value));
            Assert.Equal(HttpStatusCode.Forbidden, status);
            Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task A_link_from_another_site_may_open_a_page_and_nothing_else()
    {
        await using var served = await Served.Start();
        (string, string)[] link = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("run?id=a", headers: link)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await served.Ask("api/runs", headers: link)).Status);
        link[2].Item2 = "iframe";
        Assert.Equal(HttpStatusCode.Forbidden, (await served.Ask("run?id=a", headers: link)).Status);
    }

    [Fact]
    public async Task Every_answer_forbids_scripts_from_elsewhere_frames_and_guessing()
    {
        await using var served = await Served.Start();
        foreach (string path in (string[])["", "app.js", "api/runs", "api/run?id=none", "nothing"])
        {
            var (_, _, answer) = await served.Ask(path);
            string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
            Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        }
    }

    [Fact]
    public void No_file_of_the_page_has_a_script_in_its_text_or_loads_anything_from_elsewhere()
    {
        Assert.Contains("app.js", WebFiles.Names);
        foreach (string name in WebFiles.Names.Where(name => !name.StartsWith("vendor/", StringComparison.Ordinal)))
        {
            string text = Encoding.UTF8.GetString(WebFiles.Read(name)).Replace("http://www.w3.org/", "", StringComparison.Ordinal);
            Assert.DoesNotMatch("https?://|innerHTML|outerHTML|insertAdjacentHTML|document\\.write|\\beval\\(|new Function", text);
            Assert.DoesNotMatch("<script(?![^>]*src=)|\\son\\w+=\"|\\sstyle=\"", text);
        }
    }

    [Theory]
    [InlineData("DELETE", "api/runs", 405)]
    [InlineData("PUT", "api/runs", 405)]
    [InlineData("TRACE", "", 405)]
    [InlineData("GET", "api/nothing", 404)]
    [InlineData("GET", "api/curves?run=a&metric=x&pixels=1e9", 400)]
    [InlineData("GET", "api/curves?run=a&metric=x&pixels=NaN", 400)]
    [InlineData("GET", "api/curves?run=a&metric=x&from=5&to=1", 400)]
    [InlineData("GET", "api/curves?run=a&run=b&metric=x", 400)]
    [InlineData("GET", "api/curves?run=a", 400)]
    [InlineData("GET", "api/curves?run=a&metric=x&log=yes", 400)]
    public async Task What_no_page_asks_is_refused_with_a_reason(string method, string path, int status)
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(5)));
        var (code, text, _) = await served.Ask(path, new HttpMethod(method));
        Assert.Equal(status, (int)code);
        Assert.Contains("problems", text, StringComparison.Ordinal);
        Assert.DoesNotContain(" at Etalon", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_too_long_is_refused()
    {
        await using var served = await Served.Start();
        Assert.Equal(414, (int)(await served.Ask($"api/run?id={new string('a', 9000)}")).Status);
        Assert.Equal(400, (int)(await served.Ask($"api/run?id={new string('a', 2000)}")).Status);
        Assert.Equal(400, (int)(await served.Ask($"api/sparks?{string.Concat(Enumerable.Repeat("run=a&", 500))}")).Status);
    }

    [Fact]
    public async Task Without_the_token_nothing_is_told_and_with_it_a_cookie_takes_its_place()
    {
        await using var served = await Served.Start(options => options with { Token = "0123abc" });
        foreach (string path in (string[])["", "api/runs", "app.js", "api/runs?token=wrong", "?token="])
            Assert.Equal(HttpStatusCode.Unauthorized, (await served.Ask(path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized,
            (await served.Ask("api/runs", null, null, null, ("Cookie", "etalon-token=wrong"))).Status);

        var (status, _, answer) = await served.Ask("compare?run=a&token=0123abc&run=b");
        Assert.Equal((HttpStatusCode.SeeOther, "/compare?run=a&run=b"), (status, answer.Headers.Location!.ToString()));
        string cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("api/runs", null, null, null, ("Cookie", cookie.Split(';')[0]))).Status);
    }

    [Fact]
    public async Task Names_that_are_markup_stay_text()
    {
        await using var served = await Served.Start();
        const string Name = "<img src=x onerror=alert(1)>";
        string markup = $"{{\"step\":0,\"</script><script>alert(1)</script>\":1}}\n";
        WrittenRun.Write(served.Runs, Name, metrics: markup);
        var (_, text, answer) = await served.Ask("api/runs");
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains(Name, (string)System.Text.Json.Nodes.JsonNode.Parse(text)!["runs"]![0]!["id"]!, StringComparison.Ordinal);
        Assert.Equal("application/json",
            (await served.Ask($"api/run?id={Uri.EscapeDataString(Name)}")).Answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Two_hundred_open_streams_keep_nobody_out_and_too_many_are_refused()
    {
        await using var served = await Served.Start();
        var streams = await Task.WhenAll(Enumerable.Range(0, LiveEvents.MostStreams).Select(_ => served.Open("api/events")));
        Assert.All(streams, stream => Assert.Equal(HttpStatusCode.OK, stream.StatusCode));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await served.Ask("api/events")).Status);
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("api/runs")).Status);
        foreach (var stream in streams) stream.Dispose();
    }

    [Fact]
    public async Task Who_reads_nothing_keeps_nobody_waiting()
    {
        await using var served = await Served.Start();
        WrittenRun.Write(served.Runs, "a", metrics: WrittenRun.Text(WrittenRun.Lines(5000)));
        var sockets = new List<Socket>();
        for (int i = 0; i < 50; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
            sockets.Add(socket);
            await socket.ConnectAsync(IPAddress.Loopback, served.Server.Address.Port, TestContext.Current.CancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                "GET /api/curves?run=a&metric=train/loss&metric=lr&pixels=4096 HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        }
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("api/runs")).Status);
        foreach (var socket in sockets) socket.Dispose();
    }

    [Fact]
    public async Task A_path_before_all_pages_is_kept_and_nothing_is_beside_it()
    {
        await using var served = await Served.Start(options => options with { Base = "/etalon" });
        Assert.EndsWith("/etalon/", served.Server.Address.ToString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("app.js")).Status);
        Assert.Equal(HttpStatusCode.OK, (await served.Ask("api/runs")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await served.Ask("/api/runs")).Status);
        var (status, _, answer) = await served.Ask("/etalon");
        Assert.Equal((HttpStatusCode.Redirect, "/etalon/"), (status, answer.Headers.Location!.ToString()));
    }
}
