using System.Net;
using Microsoft.Extensions.Logging;
using Orleans.Messaging;
using Orleans.Runtime.Messaging;

namespace Orleans.Runtime;

// Keeping a connection to every gateway that is listed.
internal sealed partial class GatewayPool
{
    private volatile string _lastFailure = string.Empty;

    private async Task KeepRefreshing()
    {
        while (!_stop.IsCancellationRequested)
        {
            var now = _refreshNow.Task;
            try
            {
                await Task.WhenAny(now, Task.Delay(_options.GatewayListRefreshPeriod, _time, _stop.Token));
                if (now.IsCompleted)
                {
                    _refreshNow = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    await Task.Delay(ReconnectPause, _time, _stop.Token);
                }

                _stop.Token.ThrowIfCancellationRequested();
                await Refresh();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // The list's keeper is down; the gateways that are known go on serving.
                LogRefreshFailed(_log, exception);
            }
        }
    }

    private async Task Refresh()
    {
        var gateways = await _list.GetGateways();
        var listed = gateways.Select(uri => GatewayUri.ToSiloAddress(uri).Endpoint).ToHashSet();
        lock (_gate)
        {
            foreach (var (endpoint, cancellation) in _kept.Where(pair => !listed.Contains(pair.Key)).ToList())
            {
                // Its connection, if there is one, goes on until it breaks: a gateway that leaves answers what it has begun.
                _kept.Remove(endpoint);
                cancellation.Cancel();
            }

            foreach (var endpoint in listed.Where(endpoint => !_kept.ContainsKey(endpoint)))
            {
                var cancellation = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                _kept.Add(endpoint, cancellation);
                _ = Keep(endpoint, cancellation.Token);
            }
        }
    }

    private async Task Keep(IPEndPoint endpoint, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            var connection = new Connection(this, _services, PeerKind.Silo, null) { Endpoint = endpoint };
            try
            {
                using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                timeout.CancelAfter(_services.Options.OpenConnectionTimeout);
                connection.Start(await _transport.ConnectAsync(endpoint, PeerKind.Silo, timeout.Token).ConfigureAwait(false));
                await connection.Established.WaitAsync(timeout.Token).ConfigureAwait(false);
                LogConnected(_log, connection);
                await connection.Ended.ConfigureAwait(false);
                LogLost(_log, connection, _lastFailure);
            }
            catch (Exception exception)
            {
                connection.Close(exception);
                LogConnectFailed(_log, endpoint, exception.Message);
            }

            await Task.Delay(ReconnectPause, _time, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void ChangeLive(Func<Connection[], Connection[]> change)
    {
        int before, after;
        lock (_gate)
        {
            before = _live.Length;
            _live = change(_live);
            after = _live.Length;
        }

        if (before == after)
        {
            return;
        }

        foreach (var handler in _countHandlers)
        {
            Call(() => handler(this, new GatewayCountChangedEventArgs(after, before)));
        }

        if (after == 0)
        {
            foreach (var handler in _lostHandlers)
            {
                Call(() => handler(this, EventArgs.Empty));
            }
        }
    }

    // A handler is the application's; the receive loop it would run in is not its place.
    private void Call(Action handler) => ThreadPool.QueueUserWorkItem(
        _ =>
        {
            try
            {
                handler();
            }
            catch (Exception exception)
            {
                LogHandlerFailed(_log, exception);
            }
        });

    [LoggerMessage(EventId = 5001, Level = LogLevel.Warning, Message = "The list of gateways could not be read.")]
    private static partial void LogRefreshFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "Connected to gateway {Gateway}.")]
    private static partial void LogConnected(ILogger logger, Connection gateway);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Information, Message = "The connection to gateway {Gateway} ended: {Reason}")]
    private static partial void LogLost(ILogger logger, Connection gateway, string reason);

    [LoggerMessage(EventId = 5004, Level = LogLevel.Debug, Message = "Gateway {Gateway} could not be reached: {Reason}")]
    private static partial void LogConnectFailed(ILogger logger, IPEndPoint gateway, string reason);

    [LoggerMessage(EventId = 5005, Level = LogLevel.Error, Message = "A handler of gateway changes threw.")]
    private static partial void LogHandlerFailed(ILogger logger, Exception exception);
}
