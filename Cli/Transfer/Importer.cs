using System.Globalization;
using System.Threading.Channels;
using Orleans.Kv.Client;

namespace Orleans.Kv.Cli.Transfer;

/// <summary>
/// Stores records in batches, several of them under way at once. Records of one key go one after the other, in the order of their lines: each key belongs to one lane, and a lane has one batch under way.
/// </summary>
/// <remarks>
/// Each operation keeps its id when it is sent again, so that an import whose connection breaks stores nothing twice; two lines with one key are two writes. The first line that cannot be stored ends the import. What was stored
/// before stays: running it again is harmless.
/// </remarks>
internal sealed class Importer(KvClient client, Action<long> progress)
{
    /// <summary>As many batches at once as keep three silos busy without queueing behind each other.</summary>
    public const int Lanes = 8;

    // A batch is one request: large enough that its round trip does not matter, small enough that the progress shows.
    private const int BatchRecords = 250;
    private const long BatchBytes = 2 * 1024 * 1024;

    // Lines that wait for a lane, in records; with the longest of lines, twice as many megabytes.
    private const int Waiting = 2 * BatchRecords;

    // A silo that dies is noticed, and its keys are served by others, well within this; beyond, an import should say what is wrong.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly string _session = Guid.NewGuid().ToString("N");
    private long _stored;

    public long Stored => Interlocked.Read(ref _stored);

    /// <exception cref="CliException">A line is wrong, or could not be stored; the message names it.</exception>
    public async Task RunAsync(Stream input, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lanes = Enumerable.Range(0, Lanes).Select(_ => Channel.CreateBounded<Item>(new BoundedChannelOptions(Waiting) { SingleReader = true, SingleWriter = true })).ToArray();
        Task[] work = [ReadAsync(input, lanes, stop.Token), .. lanes.Select(lane => StoreAsync(lane.Reader, stop.Token))];
        // The first that fails ends the others; what they say then is only that.
        var failed = await Task.WhenAny(Task.WhenAll(work), FirstFailure(work));
        if (failed.IsFaulted || failed.IsCanceled) await stop.CancelAsync();
        await failed;
    }

    private static async Task FirstFailure(Task[] work)
    {
        var running = work.ToList();
        while (running.Count > 0)
        {
            var ended = await Task.WhenAny(running);
            running.Remove(ended);
            await ended;
        }
    }

    private static async Task ReadAsync(Stream input, Channel<Item>[] lanes, CancellationToken cancellation)
    {
        await foreach (var (number, line) in LineReader.ReadAsync(input, Record.MaxLineBytes, cancellation))
        {
            if (line.IsEmpty) continue;
            try
            {
                var record = Record.Read(line);
                var lane = (uint)string.GetHashCode(record.Key, StringComparison.Ordinal) % Lanes;
                await lanes[lane].Writer.WriteAsync(new Item(number, record, line.Length), cancellation);
            }
            catch (FormatException exception)
            {
                throw new CliException(ExitCodes.Usage, $"line {number}: {exception.Message}");
            }
        }

        foreach (var lane in lanes) lane.Writer.Complete();
    }

    private async Task StoreAsync(ChannelReader<Item> lane, CancellationToken cancellation)
    {
        var items = new List<Item>(BatchRecords);
        while (await lane.WaitToReadAsync(cancellation))
        {
            items.Clear();
            var bytes = 0L;
            while (items.Count < BatchRecords && bytes < BatchBytes && lane.TryRead(out var item))
            {
                items.Add(item);
                bytes += item.Bytes;
            }

            await StoreAsync(items, cancellation);
        }
    }

    private async Task StoreAsync(List<Item> items, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        var left = items;
        while (true)
        {
            var batch = new KvBatch();
            foreach (var item in left)
            {
                var id = string.Create(CultureInfo.InvariantCulture, $"{_session}-{item.Number}");
                batch.Store(item.Record.Key, item.Record.Value, new KvWriteOptions { TimeToLive = item.Record.TimeToLive, RequestId = id });
            }

            var results = await ExecuteAsync(batch, left, cancellation);
            // From the first that failed on: those behind it may be of the same key, and are recognised by their ids where they were stored.
            var failed = results.TakeWhile(static result => result.Error is null).Count();
            foreach (var (result, item) in results.Zip(left).Take(failed))
            {
                if (result.Write is { IsCommitted: false })
                    throw new CliException(ExitCodes.NotCommitted, $"line {item.Number}: {item.Record.Key}: accepted, not committed: without a quorum (AP mode) an import would not know what it has stored");
            }

            progress(Interlocked.Add(ref _stored, failed));
            if (failed == left.Count) return;
            var error = results[failed].Error!;
            if (!error.IsTransient || TimeProvider.System.GetElapsedTime(started) > Patience) throw Failure(left[failed], error);
            left = left[failed..];
            await Task.Delay(Pause, cancellation);
        }
    }

    private async Task<IReadOnlyList<KvBatchResult>> ExecuteAsync(KvBatch batch, List<Item> items, CancellationToken cancellation)
    {
        try
        {
            return await client.ExecuteAsync(batch, cancellation);
        }
        catch (KvException exception)
        {
            throw Failure(items[0], exception);
        }
    }

    private CliException Failure(Item item, KvException error) => new(
        Http.Failures.CodeOf(error.Status), $"line {item.Number}: {item.Record.Key}: {error.Message}; {Stored} keys were stored before it was given up, and an import may be run again");

    private sealed record Item(long Number, Record Record, int Bytes);
}
