using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;

namespace Orleans.Dashboard;

/// <summary>The page: HTML that the browser asks for anew by itself. All that comes from the cluster is encoded, and nothing in it could run.</summary>
internal static class DashboardPage
{
    private const string Style =
        ":root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:1.5rem auto;padding:0 1rem}h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}"
        + "table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.35rem .7rem;border-bottom:1px solid #8886;font-variant-numeric:tabular-nums}.n{text-align:right}.fault{color:light-dark(#b3201f,#ff8d84)}";

    private const int LeastRefreshSeconds = 1;

    public static string Policy { get; } = $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Of(DashboardReport report, DashboardOptions options)
    {
        var page = Begin(options);
        foreach (var fault in report.Missing) page.Append("<p class=fault role=alert>").Append(Text(fault)).Append("</p>");
        Table(page, "Silos", ["Name", "Address", "Status", "Started", "Last sign of life", "Memory"], report.Hosts.OrderBy(host => host.SiloName, StringComparer.Ordinal).Select(host => (string[])
        [
            host.SiloName, host.SiloAddress.ToString(), host.Status.ToString(), Time(host.StartTime), Time(host.IAmAliveTime),
            report.Silos.FirstOrDefault(silo => silo.Silo.Equals(host.SiloAddress)) is { } silo ? $"{Number(silo.Memory / (1024 * 1024))} MiB" : "",
        ]), numbersFrom: 5);

        var names = report.Hosts.Where(host => report.Silos.Any(silo => silo.Silo.Equals(host.SiloAddress))).OrderBy(host => host.SiloName, StringComparer.Ordinal).ToList();
        var activations = report.Silos.SelectMany(silo => silo.Activations).ToLookup(count => count.GrainType);
        Table(page, "Activations", ["Grain class", .. names.Select(host => host.SiloName), "Together"], activations.OrderByDescending(type => type.Sum(count => count.ActivationCount)).Select(type => (string[])
        [
            type.Key, .. names.Select(host => Number(type.Where(count => count.SiloAddress.Equals(host.SiloAddress)).Sum(count => count.ActivationCount))), Number(type.Sum(count => count.ActivationCount)),
        ]), numbersFrom: 1);

        var methods = report.Silos.SelectMany(silo => silo.Methods).GroupBy(method => (method.GrainType, method.Method)).OrderByDescending(method => method.Sum(one => one.Calls));
        Table(page, "Calls, since somebody has looked", ["Grain class", "Method", "Calls", "Failed", "Mean, ms"], methods.Select(method => (string[])
        [
            method.Key.GrainType, method.Key.Method, Number(method.Sum(one => one.Calls)), Number(method.Sum(one => one.Failed)),
            (method.Sum(one => one.Milliseconds) / Math.Max(1, method.Sum(one => one.Calls))).ToString("0.###", CultureInfo.InvariantCulture),
        ]), numbersFrom: 2);
        return page.Append("</body></html>").ToString();
    }

    /// <summary>There is nothing to show.</summary>
    public static string Without(string reason, DashboardOptions options) =>
        Begin(options).Append("<p class=fault role=alert>The cluster does not answer: ").Append(Text(reason)).Append("</p></body></html>").ToString();

    private static StringBuilder Begin(DashboardOptions options)
    {
        var refresh = Math.Max(LeastRefreshSeconds, (options.CounterUpdateIntervalMs + 999) / 1000);
        return new StringBuilder("<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width, initial-scale=1\"><meta http-equiv=refresh content=")
            .Append(refresh).Append("><title>Orleans</title><style>").Append(Style).Append("</style></head><body><h1>Orleans</h1>");
    }

    private static void Table(StringBuilder page, string title, string[] columns, IEnumerable<string[]> rows, int numbersFrom)
    {
        page.Append("<h2>").Append(Text(title)).Append("</h2><table><thead><tr>");
        for (var i = 0; i < columns.Length; i++) page.Append(i >= numbersFrom ? "<th scope=col class=n>" : "<th scope=col>").Append(Text(columns[i])).Append("</th>");
        page.Append("</tr></thead><tbody>");
        foreach (var row in rows)
        {
            page.Append("<tr>");
            for (var i = 0; i < row.Length; i++) page.Append(i >= numbersFrom ? "<td class=n>" : "<td>").Append(Text(row[i])).Append("</td>");
            page.Append("</tr>");
        }

        page.Append("</tbody></table>");
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    private static string Time(DateTime time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
