using System.Collections.Concurrent;
using Orleans.Kv.Tests.Runtime.Clusters;

namespace Orleans.Kv.Tests.Runtime.Calls;

[Collection(SharedCluster.Name)]
public sealed class ObserverTests(ClusterFixture fixture)
{
    [Fact]
    public async Task Observer_IsCalledByGrainsInEverySilo()
    {
        var observer = new Notes();
        var reference = fixture.Grains.CreateObjectReference<INoteObserver>(observer);
        var notes = Enumerable.Range(0, 30).Select(number => $"note {number}").ToArray();

        // Awaited: the grain's call to the observer has been answered when the grain's own has.
        await Task.WhenAll(notes.Select(note => fixture.Grains.GetGrain<ICallGrain>(ClusterFixture.NewKey()).Notify(reference, note)));

        Assert.Equal(notes.Order(), observer.Received.Order());
        fixture.Grains.DeleteObjectReference<INoteObserver>(reference);
    }

    [Fact]
    public async Task DeletedObserver_IsNotCalledAnyMore()
    {
        var observer = new Notes();
        var reference = fixture.Grains.CreateObjectReference<INoteObserver>(observer);
        var grain = fixture.Grains.GetGrain<ICallGrain>(ClusterFixture.NewKey());
        await grain.Notify(reference, "first");

        fixture.Grains.DeleteObjectReference<INoteObserver>(reference);

        await Assert.ThrowsAnyAsync<Exception>(() => grain.Notify(reference, "second").WaitAsync(TimeSpan.FromSeconds(2)));
        Assert.Equal(["first"], observer.Received);
    }

    private sealed class Notes : INoteObserver
    {
        public ConcurrentQueue<string> Received { get; } = [];

        public Task Note(string note)
        {
            Received.Enqueue(note);
            return Task.CompletedTask;
        }
    }
}
