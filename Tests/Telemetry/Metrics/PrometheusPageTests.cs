namespace Orleans.Kv.Tests.Telemetry.Metrics;

/// <summary>The parser that the other tests rely on takes what the format allows and refuses what it does not.</summary>
public sealed class PrometheusPageTests
{
    [Fact]
    public void WhatTheFormatAllows_IsRead()
    {
        var page = PrometheusPage.Parse("# HELP a_total Some \\\\ help\\nhere\n# TYPE a_total counter\na_total{x=\"1\",y=\"a\\\"b\\\\c\\nd\"} 3\na_total 1.5e3\n# TYPE b gauge\nb NaN\n");
        Assert.Equal(3, page["a_total", "y=\"a\\\"b\\\\c\\nd\"", "x=\"1\""]);
        Assert.Equal(1500, page["a_total"]);
        Assert.Equal("gauge", page.Types["b"]);
    }

    [Theory]
    [InlineData("# TYPE a gauge\na 1")]
    [InlineData("# TYPE a gauge\r\na 1\r\n")]
    [InlineData("a 1\n")]
    [InlineData("# TYPE a gauge\nb 1\n")]
    [InlineData("# TYPE a gauge\na 1\na 2\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n")]
    [InlineData("# TYPE a gauge\na{x=\"1\",x=\"2\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"q\"q\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x=\"\\t\"} 1\n")]
    [InlineData("# TYPE a gauge\na{x.y=\"1\"} 1\n")]
    [InlineData("# TYPE a gauge\na.b 1\n")]
    [InlineData("# TYPE a gauge\na 1,5\n")]
    [InlineData("# TYPE a gauge\na  1\n")]
    [InlineData("# TYPE a gauge\n\na 1\n")]
    [InlineData("# TYPE a gauge\na 1\n# TYPE a gauge\n")]
    [InlineData("# TYPE a gauge\na 1\n# HELP a late\n")]
    [InlineData("# TYPE a counter\na -1\n")]
    [InlineData("# TYPE a sum\na 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"1\"} 2\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 1\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_sum 1\na_count 2\n")]
    [InlineData("# TYPE a histogram\na_bucket{le=\"+Inf\"} 1\na_count 1\n")]
    public void WhatTheFormatForbids_IsRefused(string text) => Assert.ThrowsAny<Exception>(() => PrometheusPage.Parse(text));
}
