using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Orleans.Kv.Tests.Processes.Observing;

namespace Orleans.Kv.Tests.Processes.CommandLine;

/// <summary>
/// <c>kv up</c> with all that guards a cluster and all that shows it, as one cluster: each option is passed on to processes that keep it. What each of them refuses in detail is in the suites of API host and silo.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed class GuardedUpTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Folder _secrets = new();
    private readonly HttpClient _http = new() { Timeout = Patience };

    public void Dispose()
    {
        _http.Dispose();
        _secrets.Dispose();
    }

    [Fact]
    public async Task WithTlsTokensMetricsAndBothDashboards_EachIsThere_StrangersAreRefused_AndCtrlCLeavesNothing()
    {
        var tokens = _secrets.File("tokens");
        var (made, printed, fault) = await Program.Run(Programs.CommandLine, "token", "create", "ada", "--role", "admin", "--file", tokens);
        Assert.True(made == 0, fault);
        var token = printed.Trim();
        await using var collector = new TraceCollector();
        await using var cluster = await LocalCluster.Start(collector.Environment, "--tls", "--tokens", tokens, "--metrics", "--orleans-dashboard");
        await cluster.Explaining(async () =>
        {
            await UsersNeedTheToken(cluster, token);
            await StrangersHearNothing(cluster);
            await MetricsAreWhereItSays(cluster, token);
            await TheEnginesDashboardShowsTheSilos(cluster, token);
            await ATraceReachesTheCollectorWhole(cluster, token, collector);

            Signals.Interrupt(cluster.Up.Id);
            await cluster.Up.Exited(Patience);
            Assert.Equal(0, cluster.Up.ExitCode);
            Assert.DoesNotContain(cluster.Processes, Signals.IsAlive);
            Assert.Empty(Directory.GetFiles(cluster.Directory, "*.pid"));
        });
    }

    private async Task UsersNeedTheToken(LocalCluster cluster, string token)
    {
        var (code, _, errors) = await cluster.Kv("set", "greeting", "hello");
        Assert.True(code == 2 && errors.Contains("token", StringComparison.OrdinalIgnoreCase), $"Expected kv to be told of tokens, got {code}: {errors}");
        (code, _, errors) = await cluster.Kv("set", "greeting", "hello", "--token", token);
        Assert.True(code == 0, errors);
        var address = new Uri(cluster.Url, "/get/greeting");
        using var nobody = await _http.GetAsync(address);
        using var ada = await Get(address, token);
        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.OK), (nobody.StatusCode, ada.StatusCode));
        Assert.Equal("\"hello\"", await ada.Content.ReadAsStringAsync());
    }

    // On the ports of silos and gateways: they show their certificate, want one, and say nothing to who has none.
    private static async Task StrangersHearNothing(LocalCluster cluster)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(cluster.Directory, "certs", "authority.pem"));
        using var endpoints = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(cluster.Directory, "endpoints.json")));
        var silo = endpoints.RootElement.GetProperty("silos")[0];
        foreach (var port in new[] { silo.GetProperty("siloPort").GetInt32(), silo.GetProperty("gatewayPort").GetInt32() })
        {
            var issuer = "";
            using var deadline = new CancellationTokenSource(Patience);
            using var connection = new TcpClient();
            await connection.ConnectAsync(IPAddress.Loopback, port, deadline.Token);
            await using var tls = new SslStream(connection.GetStream(), false, (_, shown, _, _) => (issuer = shown!.Issuer).Length > 0);
            var heard = 0;
            try
            {
                await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, deadline.Token);
                heard = await tls.ReadAsync(new byte[100], deadline.Token);
            }
            catch (Exception refused) when (refused is IOException or AuthenticationException)
            {
                // The handshake fails at its end.
            }

            Assert.Equal((authority.Subject, 0), (issuer, heard));
        }
    }

    private async Task MetricsAreWhereItSays(LocalCluster cluster, string token)
    {
        var said = cluster.Up.Output.Split('\n').Where(static line => line.StartsWith("metrics: ", StringComparison.Ordinal)).Select(static line => line.Trim().Split(' ')).ToList();
        Assert.Equal(LocalCluster.Silos, said.Select(static words => words[1]));
        using (var nobody = await _http.GetAsync(said[0][2])) Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        foreach (var words in said)
        {
            using var page = await Get(new Uri(words[2]), token);
            Assert.Contains($"service_instance_id=\"{words[1]}\"", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    private async Task TheEnginesDashboardShowsTheSilos(LocalCluster cluster, string token)
    {
        var address = new Uri(cluster.Up.Output.Split('\n').Single(static line => line.StartsWith("orleans: ", StringComparison.Ordinal)).Trim().Split(' ')[1]);
        using var nobody = await _http.GetAsync(address);
        Assert.Equal(HttpStatusCode.Unauthorized, nobody.StatusCode);
        await Wait.Until("the engine's dashboard shows every silo", Patience, async () =>
        {
            using var page = await Get(address, token);
            if (page.StatusCode != HttpStatusCode.OK) return $"{page.StatusCode}";
            var shown = await page.Content.ReadAsStringAsync();
            // Microsoft's page asks for what it shows.
            using var counters = await Get(new Uri(address, "DashboardCounters"), token);
            if (counters.IsSuccessStatusCode) shown += await counters.Content.ReadAsStringAsync();
            return LocalCluster.Silos.All(name => shown.Contains(name, StringComparison.Ordinal)) ? null : shown;
        });
    }

    // From the caller's own span over the API host and the silo of the key's grain to a silo that takes the value in: three processes, which tell the collector each by itself.
    private async Task ATraceReachesTheCollectorWhole(LocalCluster cluster, string token, TraceCollector collector)
    {
        var (trace, caller) = (ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(cluster.Url, "/store")) { Content = JsonContent.Create(new { key = "traced", value = 1 }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("traceparent", $"00-{trace}-{caller}-01");
        using var stored = await _http.SendAsync(request);
        Assert.True(stored.IsSuccessStatusCode, await stored.Content.ReadAsStringAsync());

        List<TraceCollector.Span> chain = [];
        await Wait.Until("the collector has every span from the request to a replica", Patience, () =>
        {
            var spans = collector.Of(trace);
            chain = spans.Where(static span => span.Name == "replica").Select(replica => ChainOf(replica, spans)).FirstOrDefault(whole => whole[0].Parent == caller) ?? [];
            return Task.FromResult(chain.Count > 0 ? null : string.Join("; ", spans.Select(static span => $"{span.Name} of {span.Process}")));
        });
        var names = chain.Select(static span => span.Name.Split(' ')[0]).ToList();
        Assert.Equal(["store", "call", "propose", "round", "deliver", "replica"], names[1..]);
        Assert.Equal("POST /store", chain[0].Name);
        // The last two hops leave a process each.
        Assert.Equal(3, chain.Select(static span => span.Process).Distinct().Count());
        Assert.Equal(2, chain.Select(static span => span.Process).Distinct().Count(LocalCluster.Silos.Contains));
    }

    private static List<TraceCollector.Span> ChainOf(TraceCollector.Span span, IReadOnlyList<TraceCollector.Span> spans)
    {
        List<TraceCollector.Span> chain = [span];
        while (spans.FirstOrDefault(other => other.Id == chain[0].Parent) is { Id: not null } parent) chain.Insert(0, parent);
        return chain;
    }

    private async Task<HttpResponseMessage> Get(Uri address, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return await _http.SendAsync(request);
    }
}
