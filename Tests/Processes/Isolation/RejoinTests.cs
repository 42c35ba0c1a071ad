using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Processes.Isolation;

/// <summary>A silo that the others gave up comes back by itself: without an operator, and in the process that it was.</summary>
[Collection(ProcessTests.Name)]
public class RejoinTests(ITestOutputHelper output)
{
    private const int Users = 8;
    private const int Keys = 6;
    private const string Paused = "silo-3";

    /// <summary>Well beyond the death, and about as long as the map waits for the dead: either may come first.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan Death = TimeSpan.FromSeconds(20);

    /// <summary>The bar: from the silo's waking to the moment everybody says that it has all it should.</summary>
    private static readonly TimeSpan Return = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task SiloStoppedFor12SecondsUnderLoad_IsBackInSync_InTheSameProcess_AndTheHistoryIsLinearizable()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            using var workload = new Workload(cluster.Url, Users, Keys, seed: 1);
            await status.UntilInSync(Return, [.. LocalCluster.Silos]);
            var process = cluster.Pid(Paused);
            workload.Start();
            Signals.Pause(process);
            await Task.Delay(Pause);
            Signals.Resume(process);
            var awake = Stopwatch.StartNew();
            await status.UntilInSync(Return, [.. LocalCluster.Silos]);
            await status.UntilIsSynch(Return);
            output.WriteLine($"in sync {awake.ElapsedMilliseconds} ms after it woke");

            Assert.True(awake.Elapsed < Return, $"in sync only {awake.Elapsed} after it woke");
            await workload.Finish();
            Assert.True(Signals.IsAlive(process), "the process of the silo that was declared dead has ended");
            Assert.Equal(process, cluster.Pid(Paused));
            Verdicts.IsLinearizable(workload, Users * Keys, output.WriteLine);
        });
    }

    [Fact]
    public async Task SiloDeclaredDead_ButStillInTheMap_KeepsItsStore_AndIsSentWhatItMissed()
    {
        const int bulkKeys = 3_000;
        const int missed = 300;
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            using var bulk = new BulkKeys(cluster.Url, bulkKeys);
            await bulk.Fill();
            await status.UntilIsSynch(Return);
            var before = await status.Get("/cluster");
            Signals.Pause(cluster.Pid(Paused));
            await bulk.Overwrite(missed);
            await UntilDead(status);
            Signals.Resume(cluster.Pid(Paused));
            await status.UntilInSync(Return, [.. LocalCluster.Silos]);
            await status.UntilIsSynch(Return);

            var after = await status.Get("/cluster");
            Assert.Equal(before.GetProperty("epoch").GetInt64(), after.GetProperty("epoch").GetInt64());
            Assert.Equal(Node(before).GetProperty("store").GetString(), Node(after).GetProperty("store").GetString());
            Faults.None(await bulk.ReadAll());
            Assert.Equal(0, bulk.Troubled);
            Assert.All(await status.Keys(), node => Assert.Equal(bulkKeys, node.Value));
        });
    }

    [Fact]
    public async Task SiloWhosePortWasTakenBetweenTwoHosts_EndsWithCode75_AndSaysWhy()
    {
        await using var cluster = await LocalCluster.Start();
        await cluster.Explaining(async () =>
        {
            using var status = new Status(cluster.Url);
            await status.UntilInSync(Return, [.. LocalCluster.Silos]);
            var port = await GatewayPort(cluster);
            Signals.Pause(cluster.Pid(Paused));
            await UntilDead(status);
            using var stop = new CancellationTokenSource(Death);
            var taking = Task.Run(() => Take(port, stop.Token));
            Signals.Resume(cluster.Pid(Paused));
            using var taken = await taking;

            await Wait.Until($"{Paused} has ended", Death, () =>
                Task.FromResult(cluster.Up.Errors.Contains($"{Paused} (process", StringComparison.Ordinal) ? null : "it runs, or nobody says that it does not"));
            Assert.Contains("ended with code 75", cluster.Up.Errors, StringComparison.Ordinal);
            Assert.Contains($"{port}", cluster.Up.Errors, StringComparison.Ordinal);
        });
    }

    /// <summary>Listens on the port in the moment when the silo does not.</summary>
    private static TcpListener Take(int port, CancellationToken stop)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return listener;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                listener.Dispose();
            }
        }
    }

    private static async Task<int> GatewayPort(LocalCluster cluster)
    {
        var endpoints = JsonSerializer.Deserialize<JsonElement>(await File.ReadAllTextAsync(Path.Combine(cluster.Directory, "endpoints.json")));
        return endpoints.GetProperty("silos").EnumerateArray().Single(silo => silo.GetProperty("name").GetString() == Paused).GetProperty("gatewayPort").GetInt32();
    }

    private static Task UntilDead(Status status) => Wait.Until($"{Paused} is dead", Death, async () =>
    {
        var node = Node(await status.Get("/cluster"));
        return node.GetProperty("state").GetString() == "dead" ? null : node.GetRawText();
    });

    private static JsonElement Node(JsonElement cluster) =>
        cluster.GetProperty("nodes").EnumerateArray().Single(node => node.GetProperty("name").GetString() == Paused);
}
