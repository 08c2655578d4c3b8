using System.Net;
using System.Net.Sockets;
using Etalon.Workbench.Tests.Commands;

namespace Etalon.Workbench.Tests.Dashboard;

public class ServeCommandTests
{
    [Theory]
    [InlineData("--port is 70000; a port is from 0 to 65535", "--port", "70000")]
    [InlineData("--port x:", "--port", "x")]
    [InlineData("--base /a b: must be a path", "--base", "/a b")]
    [InlineData("--base /../x: must be a path", "--base", "/../x")]
    [InlineData("--listen evil.example: must be an address", "--listen", "evil.example")]
    public async Task What_cannot_be_served_is_refused(string said, params string[] words)
    {
        var (code, output, error) = await Cli.Run(["serve", .. words]);
        Assert.Equal((2, ""), (code, output));
        Assert.Contains(said, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_is_no_folder_of_runs()
    {
        var (code, _, error) = await Cli.Run("serve", "--runs", Cli.Recipe("digits.yaml"));
        Assert.Equal(2, code);
        Assert.Contains("is a file; name the folder of all runs", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var (code, _, error) = await Cli.Run("serve", "--port", $"{port}");
        Assert.Equal(2, code);
        Assert.Contains($"--port {port}: cannot be listened on", error, StringComparison.Ordinal);
    }
}
