using Microsoft.Playwright;

namespace Orleans.Kv.Tests.Browser;

/// <summary>Two people with a browser each, on the page that edits keys, in front of a cluster as <c>kv up</c> starts it.</summary>
[Collection(BrowserTests.Name)]
public class ClientPageTests
{
    [BrowserFact]
    public async Task AChangeInOnePage_ShowsInTheOther()
    {
        await using var cluster = await LocalCluster.Start();
        await using var chromium = await Chromium.Start();
        await cluster.Explaining(async () =>
        {
            var (first, second) = (await chromium.Open(cluster.Url), await chromium.Open(cluster.Url));
            await first.Store("b/2", "{\"a\": [1, 2]}");
            await second.Shows("b/2", "{\"a\":[1,2]}", 1);
            await second.Store("a/ü", "not JSON, but text");
            await first.Shows("a/ü", "\"not JSON, but text\"", 1);
            Assert.Equal(["a/ü", "b/2"], await first.Keys());

            await second.Type("b/2", "12345678901234567890.5");
            await second.SaveByKeys("b/2");
            // Digits that a number of the browser's does not have.
            await first.Shows("b/2", "12345678901234567890.5", 2);

            await first.Delete("a/ü");
            await second.ShowsNo("a/ü");
            await KillOneSilo(cluster, first, second);

            foreach (var page in (ClientPage[])[first, second])
            {
                Assert.Empty(page.Complaints);
                Assert.All(page.Requests, request => Assert.True(IsOwn(request, cluster.Url), $"the page asked for {request}"));
            }
        });
    }

    [BrowserFact]
    public async Task TwoWhoEditTheSameKey_AreToldOfEachOtherAndLoseNothing()
    {
        await using var cluster = await LocalCluster.Start();
        await using var chromium = await Chromium.Start();
        await cluster.Explaining(async () =>
        {
            var (first, second) = (await chromium.Open(cluster.Url, "k"), await chromium.Open(cluster.Url, "k", ColorScheme.Dark));
            await first.Store("k", "1");
            await second.Shows("k", "1", 1);
            await first.Type("k", "\"mine\"");
            await second.Type("k", "\"theirs\"");
            await second.Save("k");
            await first.Notes("k", "Changed elsewhere to \"theirs\"");
            await first.Shows("k", "\"mine\"", 2);
            await first.TakeTheirs("k");
            await first.Shows("k", "\"theirs\"", 2);

            // A key outside of what was asked for is not shown; another choice of keys is.
            await first.Store("other", "1");
            await first.Store("k2", "1");
            await second.Shows("k2", "1");
            Assert.Equal(["k", "k2"], await second.Keys());
            Assert.NotEqual(await first.Background(), await second.Background());
        });
    }

    private static async Task KillOneSilo(LocalCluster cluster, ClientPage first, ClientPage second)
    {
        Signals.Kill(cluster.Pid("silo-2"));
        await first.Store("after", "1");
        await second.Shows("after", "1", 1);
        await second.Type("after", "2");
        await second.Save("after");
        await first.Shows("after", "2", 2);
    }

    private static bool IsOwn(string request, Uri api) =>
        request.StartsWith("data:", StringComparison.Ordinal) || (Uri.TryCreate(request, UriKind.Absolute, out var uri) && uri.Authority == api.Authority);
}
