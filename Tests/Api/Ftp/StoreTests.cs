using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Ftp;

/// <summary>FTP in front of real silos.</summary>
[Collection(ApiCollection.Name)]
public class StoreTests(ApiFixture api)
{
    [Fact]
    public async Task File_OfSeveralChunks_ComesBack_AndItsManifestIsAKeyLikeOthers()
    {
        var content = new byte[3_000_000];
        new Random(3).NextBytes(content);
        await using var client = await FtpConnection.LogInAsync(api.Ftp);
        await client.Expect("257", "MKD ftp-test");
        await client.PutAsync("STOR ftp-test/a", content);
        Assert.Equal(content, await client.GetAsync("RETR ftp-test/a"));
        await client.Expect("350", "REST 1500000");
        Assert.Equal(content[1_500_000..], await client.GetAsync("RETR ftp-test/a"));

        using var http = new HttpClient { BaseAddress = api.Address };
        using var fetched = await http.PostAsJsonAsync("/fetch", new { key = "files/ftp-test/a" });
        var manifest = (await fetched.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("value");
        Assert.Equal("file", manifest.GetProperty("type").GetString());
        Assert.Equal(content.Length, manifest.GetProperty("size").GetInt64());

        await client.Expect("350", "RNFR ftp-test/a");
        await client.Expect("250", "RNTO ftp-test/b");
        await client.PutAsync("STOR ftp-test/b", content[..10]);
        Assert.Equal(content[..10], await client.GetAsync("RETR ftp-test/b"));
        Assert.Equal("b\r\n"u8.ToArray(), await client.GetAsync("NLST ftp-test"));
        await client.Expect("250", "DELE ftp-test/b");
        await client.Expect("250", "RMD ftp-test");
        foreach (var prefix in new[] { "files/ftp-test", "chunks/", "uploads/" })
        {
            using var listed = await http.PostAsJsonAsync("/list", new { prefix });
            Assert.Empty((await listed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("keys").EnumerateArray());
        }
    }
}
