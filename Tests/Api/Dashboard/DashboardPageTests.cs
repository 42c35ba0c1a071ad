using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Orleans.Kv.Api.Dashboard;
using Orleans.Kv.Tests.Api.Hosting;

namespace Orleans.Kv.Tests.Api.Dashboard;

/// <summary>What is served as the dashboard. What the page does is tested in a browser.</summary>
public sealed partial class DashboardPageTests
{
    [Fact]
    public async Task ThePage_RunsItsOwnScriptAndNoOther_AndIsSparedToWhoeverHasIt()
    {
        await using var api = await FakeApi.StartAsync();
        using var http = new HttpClient { BaseAddress = api.Address };
        using var first = await http.GetAsync("/dashboard");
        var page = await first.Content.ReadAsStringAsync();
        var policy = first.Headers.GetValues("Content-Security-Policy").Single();
        foreach (var part in (string[])["script", "style"])
        {
            var inside = Assert.Single(Regex.Matches(page, $"<{part}>(.*?)</{part}>", RegexOptions.Singleline)).Groups[1].Value;
            Assert.Contains($"{part}-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inside)))}'", policy, StringComparison.Ordinal);
            Assert.True(inside.Length > 1_000, $"the {part} is missing");
        }

        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.Equal(("text/html", 200), (first.Content.Headers.ContentType!.MediaType, (int)first.StatusCode));

        using var again = new HttpRequestMessage(HttpMethod.Get, "/dashboard");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);
        using var second = await http.SendAsync(again);
        Assert.Equal(304, (int)second.StatusCode);
    }

    [Fact]
    public void ThePage_LoadsNothing_AndMakesNoHtmlOfWhatItIsTold()
    {
        var page = DashboardPage.Compose();
        // The name of SVG looks like an address, and is none.
        Assert.DoesNotContain("://", page.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotMatch(Loading(), page);
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(", page);
        Assert.DoesNotContain("/*style*/", page, StringComparison.Ordinal);
        Assert.DoesNotContain("/*script*/", page, StringComparison.Ordinal);
    }

    [GeneratedRegex("""(?i)<(img|iframe|object|embed)\b|<link (?!rel="icon" href="data:,")|\bsrc\s*=|@import|(?-i:url\()""")]
    private static partial Regex Loading();
}
