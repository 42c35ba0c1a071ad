using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orleans.Kv.Api.Files;
using Orleans.Kv.Tests.Api.Files;

namespace Orleans.Kv.Tests.Api.Ftp;

public class TransferTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly byte[] Content = [.. Enumerable.Range(0, 12_345).Select(i => (byte)(i * 7))];

    [Fact]
    public async Task File_Uploaded_IsDownloadedListedAndWatchableAsItIs()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.PutAsync("STOR a b.bin", Content);
        Assert.Equal(Content, await client.GetAsync("RETR /a b.bin"));
        Assert.Equal("213 12345", await client.Expect("213", "SIZE a b.bin"));
        Assert.Contains(" 12345 ", Encoding.UTF8.GetString(await client.GetAsync("LIST -la")), StringComparison.Ordinal);
        Assert.Equal("a b.bin\r\n", Encoding.UTF8.GetString(await client.GetAsync("NLST")));
        Assert.Contains("Type=file;Size=12345;", Encoding.UTF8.GetString(await client.GetAsync("MLSD")), StringComparison.Ordinal);
        Assert.Contains("files/a b.bin", harness.Keys.Keys);
    }

    [Fact]
    public async Task Restart_OfADownload_SendsTheRest()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.PutAsync("STOR a", Content);
        await client.Expect("350", "REST 12000");
        Assert.Equal(Content[12_000..], await client.GetAsync("RETR a"));
        // It is for one transfer only.
        Assert.Equal(Content, await client.GetAsync("RETR a"));
        await client.Expect("350", "REST 99999");
        using var data = await client.OpenDataAsync();
        await client.Expect("554", "RETR a");
    }

    [Fact]
    public async Task Restart_OfAnUploadAndAppend_KeepWhatIsThere()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.PutAsync("STOR a", Content);
        await client.Expect("350", "REST 5000");
        await client.PutAsync("STOR a", Content[5_000..10_000]);
        Assert.Equal(Content[..10_000], await client.GetAsync("RETR a"));
        await client.PutAsync("APPE a", Content[10_000..]);
        Assert.Equal(Content, await client.GetAsync("RETR a"));
        await client.PutAsync("APPE new", Content[..3]);
        Assert.Equal(Content[..3], await client.GetAsync("RETR new"));
    }

    [Fact]
    public async Task Text_HasTheLineEndsOfTheNetworkOnTheWayAndUnixOnesInTheStore()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.Expect("200", "TYPE A");
        await client.PutAsync("STOR a", "one\r\ntwo\rthree\r\n\r"u8.ToArray());
        Assert.Equal("one\ntwo\rthree\n\r"u8.ToArray(), await FileStoreTests.Get(harness.Files, "/a"));
        Assert.Equal("one\r\ntwo\rthree\r\n\r"u8.ToArray(), await client.GetAsync("RETR a"));
        await client.Expect("550", "SIZE a");
        await client.Expect("504", "REST 3");
    }

    [Fact]
    public async Task Abort_DuringAnUpload_LeavesNothingAndTheSessionGoesOn()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        using (var data = await client.OpenDataAsync())
        {
            await client.Expect("150", "STOR a");
            await data.GetStream().WriteAsync(Content);
            await client.Expect("211", "STAT");
            // As RFC 959 wants it, with the Telnet signals in front.
            await client.SendAsync([255, 244, 255, 242, .. "ABOR\r\n"u8]);
            await client.Expect("426");
            await client.Expect("226");
        }

        await client.Expect("550", "SIZE a");
        Assert.Empty(harness.Keys.Keys);
        await client.PutAsync("STOR a", Content);
    }

    [Fact]
    public async Task ClientThatDies_DuringAnUpload_LeavesNothing()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.PutAsync("STOR a", Content);
        using (var data = await client.OpenDataAsync())
        {
            await client.Expect("150", "STOR a");
            await data.GetStream().WriteAsync(Content.AsMemory(0, 5_000));
            // A process that ends closes what it has open, the connection for its commands first.
            await client.DisposeAsync();
        }

        await Eventually(() => !harness.Keys.Keys.Any(key => key.StartsWith(Intent.KeyPrefix, StringComparison.Ordinal)), "the upload is given up");
        Assert.Equal(Content, await FileStoreTests.Get(harness.Files, "/a"));
        Assert.Equal(1 + 13, harness.Keys.Keys.Count);
    }

    [Fact]
    public async Task CommandsSentDuringATransfer_AreAnsweredInTheirOrderAfterIt()
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        using (var data = await client.OpenDataAsync())
        {
            await client.Expect("150", "STOR a");
            await client.SendAsync("SIZE a\r\nPWD\r\n");
            await data.GetStream().WriteAsync(Content);
        }

        await client.Expect("226");
        await client.Expect("213 12345");
        await client.Expect("257");
    }

    [Theory]
    [InlineData("PORT 127,0,0,1,{1},{2}")]
    [InlineData("EPRT |1|127.0.0.1|{0}|")]
    public async Task ActiveMode_TowardTheClient_Works(string command)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.PutAsync("STOR a", Content);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await client.Expect("200", string.Format(CultureInfo.InvariantCulture, command, port, port >> 8, port & 255));
        await client.Expect("150", "RETR a");
        using var data = await listener.AcceptTcpClientAsync().WaitAsync(Deadline);
        using var read = new MemoryStream();
        await data.GetStream().CopyToAsync(read).WaitAsync(Deadline);
        await client.Expect("226");
        Assert.Equal(Content, read.ToArray());
    }

    [Theory]
    [InlineData("PORT 10,0,0,1,200,1", "504")]
    [InlineData("PORT 127,0,0,1,0,22", "504")]
    [InlineData("PORT 127,0,0,1,200", "501")]
    [InlineData("PORT 127,0,0,1,200,256", "501")]
    [InlineData("EPRT |1|10.0.0.1|40000|", "504")]
    [InlineData("EPRT |2|127.0.0.1|40000|", "522")]
    [InlineData("EPRT nonsense", "501")]
    public async Task ActiveMode_TowardAnybodyElse_IsRefused(string command, string code)
    {
        await using var harness = await FtpHarness.StartAsync();
        await using var client = await harness.LogInAsync();
        await client.Expect(code, command);
        await client.Expect("425", "LIST");
    }

    [Fact]
    public async Task PassiveMode_NamesThisHostAndAPortOfTheRange()
    {
        var first = FreePort();
        await using var harness = await FtpHarness.StartAsync(new() { FirstPassivePort = first, LastPassivePort = first, PublicAddress = IPAddress.Parse("192.0.2.7") });
        await using var client = await harness.LogInAsync();
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"(192,0,2,7,{first >> 8},{first & 255})"), await client.Expect("227", "PASV"), StringComparison.Ordinal);
        await using var other = await harness.LogInAsync();
        await other.Expect("425", "EPSV");
        await client.Expect("200", "EPSV ALL");
        await client.Expect("501", "PASV");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task Eventually(Func<bool> isSo, string what)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < Deadline, $"expected within {Deadline}: {what}");
            await Task.Delay(10);
        }
    }
}
