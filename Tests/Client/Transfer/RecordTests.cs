using System.Text;
using Orleans.Kv.Cli;
using Orleans.Kv.Cli.Transfer;
using Orleans.Kv.Client;
using Record = Orleans.Kv.Cli.Transfer.Record;

namespace Orleans.Kv.Tests.Client.Transfer;

/// <summary>The lines of exports: what is written is what is read, and what is wrong is said with its line.</summary>
public sealed class RecordTests
{
    public static TheoryData<string, string, string> Values => new()
    {
        { "a", "application/json", "{\"x\":\t[1, 2.50]}" },
        { "ключ \"\n", "application/json", "null" },
        { "c", "application/vnd.x+json", "[1]" },
        { "d", "image/png", "\0\u0001\n" },
        { "e", "application/octet-stream", "" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Written_IsReadAsItWas(string key, string contentType, string bytes)
    {
        var written = new Record(key, KvValue.FromBytes(Encoding.UTF8.GetBytes(bytes), contentType), TimeSpan.FromSeconds(1.5)).Write();
        Assert.DoesNotContain("\n", Encoding.UTF8.GetString(written.Span), StringComparison.Ordinal);
        var read = Record.Read(written);
        Assert.Equal((key, contentType, TimeSpan.FromSeconds(1.5)), (read.Key, read.Value.ContentType, read.TimeToLive));
        Assert.Equal(bytes, Encoding.UTF8.GetString(read.Value.Bytes.Span));
    }

    [Theory]
    [InlineData("""[1]""", "JSON object")]
    [InlineData("""{"key":"a","value":1""", "JSON object")]
    [InlineData("""{"key":"a","value":1} {}""", "JSON")]
    [InlineData("""{"value":1}""", "key")]
    [InlineData("""{"key":"a"}""", "value")]
    [InlineData("""{"key":5,"value":1}""", "")]
    [InlineData("""{"key":"a","value":1,"ttl":5}""", "ttl")]
    [InlineData("""{"key":"a","value":1,"ttlSeconds":0}""", "ttlSeconds")]
    [InlineData("""{"key":"a","value":1,"contentType":"image/png"}""", "base64")]
    [InlineData("""{"key":"a","value":"x","encoding":"hex"}""", "hex")]
    [InlineData("""{"key":"a","value":"not base64!","encoding":"base64"}""", "")]
    public void WhatIsNoRecord_IsRefused(string line, string about) =>
        Assert.Contains(about, Assert.Throws<FormatException>(() => Record.Read(Encoding.UTF8.GetBytes(line))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Import_NamesTheLineThatIsWrong()
    {
        using var api = new FakeApi();
        using var client = ClientFactory.Of(api);
        using var input = new MemoryStream("\n\n{\"key\":\"\",\"value\":1}\n"u8.ToArray());
        var failure = await Assert.ThrowsAsync<CliException>(() => new Importer(client, static _ => { }).RunAsync(input, CancellationToken.None));
        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
        Assert.StartsWith("line 3:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_SendsWhatFailedForTheMomentAgain_UnderTheSameIds_AndKeepsTheOrder()
    {
        const string Done = """{"status":201,"key":"a","version":1,"created":true}""";
        using var api = new FakeApi();
        using var client = ClientFactory.Of(api
            .Answer(200, $$"""{"results":[{{Done}},{"status":503,"problem":{"code":"unavailable","detail":"x"} },{{Done}}]}""")
            .Answer(200, $$"""{"results":[{{Done}},{{Done}}]}"""));
        using var input = new MemoryStream("{\"key\":\"a\",\"value\":1}\n{\"key\":\"a\",\"value\":2}\r\n{\"key\":\"a\",\"value\":3}"u8.ToArray());
        var importer = new Importer(client, static _ => { });
        await importer.RunAsync(input, CancellationToken.None);
        Assert.Equal(3, importer.Stored);
        if (api.Sent.Count == 2) Assert.EndsWith(api.Sent[1].Body[api.Sent[1].Body.IndexOf("\"value\":2", StringComparison.Ordinal)..], api.Sent[0].Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_NamesTheLineThatWasRefused()
    {
        using var api = new FakeApi();
        using var client = ClientFactory.Of(api.Answer(200, """{"results":[{"status":413,"problem":{"code":"value-too-large","detail":"too large"}}]}"""));
        using var input = new MemoryStream("{\"key\":\"a\",\"value\":1}"u8.ToArray());
        var failure = await Assert.ThrowsAsync<CliException>(() => new Importer(client, static _ => { }).RunAsync(input, CancellationToken.None));
        Assert.Contains("line 1: a: too large", failure.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, failure.ExitCode);
    }

    [Fact]
    public async Task AnExportThatFails_LeavesTheFileAsItWas()
    {
        var folder = Directory.CreateTempSubdirectory("kv-export-");
        try
        {
            var file = Path.Combine(folder.FullName, "keys");
            await File.WriteAllTextAsync(file, "before");
            await Assert.ThrowsAsync<KvException>(() => AtomicFile.WriteAsync(file, async stream =>
            {
                await stream.WriteAsync("half"u8.ToArray());
                throw new KvException("no-quorum", "gone");
            }));
            Assert.Equal("before", await File.ReadAllTextAsync(file));
            Assert.Single(folder.GetFiles());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
