using System.Globalization;
using Orleans.Kv.Tests.Checking.Machine;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Retries;

/// <summary>
/// A request with a request id takes effect once, however often it is sent, whoever answers: every store raises its key's version by one,
/// so the number of request ids is the key's version.
/// </summary>
[Collection(ProcessTests.Name)]
public class RetryTests(ITestOutputHelper output)
{
    private const int Users = 24;
    private const int Keys = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Shorter than death detection: the silo comes back with what it had in hand.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromMilliseconds(700);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(800);

    /// <summary>
    /// A key remembers at most 4,096 request ids, each for two minutes, and refuses more (429). Six users on a key must stay below
    /// that over the whole run, however fast the machine is.
    /// </summary>
    private static readonly TimeSpan BetweenStores = TimeSpan.FromMilliseconds(15);

    [Fact]
    public async Task RetriedStore_SilosPausedAndOneKilledBetweenCommitAndAnswer_AppliesOnce()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(() => Run([cluster.Url], async () =>
        {
            // A silo that stops after the commit and before the answer leaves the answer to another one, and then gives its own, late.
            foreach (var silo in LocalCluster.Silos)
            {
                Signals.Pause(cluster.Pid(silo));
                await Task.Delay(ShortPause);
                Signals.Resume(cluster.Pid(silo));
                await Task.Delay(Between);
            }

            Signals.Kill(cluster.Pid("silo-2"));
            await Task.Delay(Between + Between);
        }));
    }

    [Fact]
    public async Task RetriedStore_ApiHostKilledBeforeItsAnswers_AppliesOnceThroughAnother()
    {
        await using var cluster = await LocalCluster.Start();
        var port = Ports.Free().ToString(CultureInfo.InvariantCulture);
        await using var second = Program.Start(Programs.Api, "--port", port, "--directory", cluster.Directory, "--log-level", "Warning");
        var other = new Uri($"http://127.0.0.1:{port}");
        await cluster.Explaining(async () =>
        {
            await Serves(other);
            await Run([cluster.Url, other], async () =>
            {
                await Task.Delay(Between);
                Signals.Kill(cluster.Pid("api"));
                await Task.Delay(Between);
            });
        });
    }

    private static async Task Serves(Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        await Wait.Until("a second API host serves", LocalCluster.StartPatience, async () =>
        {
            try
            {
                using var response = await http.GetAsync("/health/ready");
                return response.IsSuccessStatusCode ? null : $"{(int)response.StatusCode}";
            }
            catch (HttpRequestException e)
            {
                return e.Message;
            }
        });
    }

    private async Task Run(Uri[] urls, Func<Task> fault)
    {
        using var giveUp = new CancellationTokenSource(Patience);
        using var end = new CancellationTokenSource();
        var users = Enumerable.Range(0, Users).Select(number => new RetryingUser(urls, number, seed: number)).ToArray();
        var running = users.Select((user, i) => Task.Run(async () =>
        {
            while (!end.IsCancellationRequested)
            {
                await user.StoreOnce(Key(i), giveUp.Token);
                await Task.Delay(BetweenStores);
            }
        })).ToArray();
        await fault();
        await end.CancelAsync();
        await Task.WhenAll(running);

        for (var key = 0; key < Keys; key++)
        {
            var answers = users.Where((_, i) => i % Keys == key).SelectMany(user => user.Versions).ToList();
            var doubled = answers.GroupBy(answer => answer.Value).FirstOrDefault(group => group.Count() > 1);
            Assert.True(doubled is null, $"{Key(key)}: version {doubled?.Key} was given to {string.Join(" and ", doubled?.Select(answer => answer.Key) ?? [])}");
            var version = await users[0].VersionOf(Key(key), giveUp.Token);
            Assert.True(answers.Count == version, $"{Key(key)} is at version {version} after {answers.Count} stores with request ids of their own");
        }

        var lost = users.Sum(user => user.AppliedBeforeTheRetry);
        output.WriteLine($"{users.Sum(user => user.Versions.Count)} stores, {lost} of them repeated after they had taken effect");
        Assert.True(lost >= 10, $"only {lost} answers were lost after the commit: the test does not show what it should");
        foreach (var user in users)
            user.Dispose();
    }

    private static string Key(int user) => string.Create(CultureInfo.InvariantCulture, $"counted-{user % Keys}");
}
