using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Orleans.Kv.Tests.Deployment.Fleets;
using Xunit.Abstractions;

namespace Orleans.Kv.Tests.Deployment.Rolling;

/// <summary>Replaces the processes of a fleet, one after another, and holds it to having been mixed meanwhile: what each process says of its build, and what it has read and written.</summary>
internal sealed class Upgrade(Fleet fleet, Workload workload, ITestOutputHelper output)
{
    /// <summary>For one request; longer than the API host's own patience with it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Build[] _silos = [.. Enumerable.Repeat(Build.Present, Fleet.Silos)];
    private readonly Build[] _apis = [.. Enumerable.Repeat(Build.Present, Fleet.Apis)];
    private int _newKeys;

    /// <summary>What is no host of ours, and has no build.</summary>
    public Task Other(string name, Func<Task> replace) => Step(name, "itself", replace);

    public Task Silo(int number, Build build) => Step(Fleet.Silo(number), build.Version, async () =>
    {
        await fleet.ReplaceSilo(number, build);
        _silos[number - 1] = build;
    });

    public Task Api(int number, Build build) => Step("api-" + Text.Of(number), build.Version, async () =>
    {
        await fleet.ReplaceApi(number, build);
        _apis[number - 1] = build;
    });

    /// <summary>Waits for what a process shows of itself, and stores new keys meanwhile: those in use stay where they are, and a silo that has just come has none of them.</summary>
    public async Task<Notes> UntilShown(string expected, Endpoint process, Func<Notes, bool> isSo)
    {
        var notes = default(Notes);
        using var pages = process.Connect(Patience);
        using var users = fleet.Entrance(1).Connect(Patience);
        await Wait.Until(expected, Fleet.Patience, async () =>
        {
            await StoreNewKey(users);
            notes = Notes.In(await pages.GetStringAsync("/metrics"));
            Assert.True(notes.Garbled.Count == 0, $"{process.Url} has read a field otherwise than it was written: {notes}");
            return isSo(notes) ? null : notes.ToString();
        });
        output.WriteLine($"{expected}: {notes}");
        return notes!;
    }

    private async Task StoreNewKey(HttpClient users)
    {
        using var answer = await users.PostAsJsonAsync("/store", new { key = $"new/{++_newKeys}", value = _newKeys });
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"a new key was answered with {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task Step(string name, string by, Func<Task> replace)
    {
        var began = Stopwatch.GetTimestamp();
        await replace();
        // Each stage of the mixture is used, by everybody, not only passed through.
        await workload.UntilAllHaveMovedOn(Fleet.Patience);
        await UntilBuildsAreAsMeant();
        output.WriteLine($"{name} replaced by {by} within {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
    }

    /// <summary>Each API host says of all silos, and of itself, of which build they are.</summary>
    private async Task UntilBuildsAreAsMeant()
    {
        for (var number = 1; number <= Fleet.Apis; number++)
        {
            using var status = new Status(fleet.Api(number));
            string[] meant = [.. _silos.Select((build, i) => $"{Fleet.Silo(i + 1)} {build.Version}"), $"itself {_apis[number - 1].Version}"];
            await Wait.Until($"api-{Text.Of(number)} says {string.Join(", ", meant)}", Fleet.Patience, async () =>
            {
                var said = Builds(await status.Get("/cluster"));
                return said.SequenceEqual(meant) ? null : string.Join(", ", said);
            });
        }
    }

    private static string[] Builds(JsonElement cluster) => !cluster.TryGetProperty("nodes", out var nodes)
        ? [cluster.GetRawText()]
        : [.. nodes.EnumerateArray().Select(node => $"{node.GetProperty("name")} {node.GetProperty("version")}").Order(), $"itself {cluster.GetProperty("apiVersion")}"];
}
