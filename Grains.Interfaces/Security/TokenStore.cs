using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Orleans.Kv.Interfaces.Security;

/// <summary>
/// The tokens as the file has them now: read when the host starts, and again whenever its content has changed. A file that is gone, or that somebody has made a mistake in, changes nothing: those
/// who were let in still are, nobody else is, and the log says what is wrong.
/// </summary>
/// <remarks>The content is compared, and not its time: a mounted secret is replaced by another file, and a restored one has an older time.</remarks>
public sealed partial class TokenStore : BackgroundService
{
    /// <summary>How often the file is looked at. Whoever revokes a token wants it gone at once; a read of a small file costs nothing.</summary>
    public static readonly TimeSpan DefaultReloadPeriod = TimeSpan.FromSeconds(1);

    private readonly string _file;
    private readonly TimeSpan _reloadPeriod;
    private readonly TimeProvider _time;
    private readonly ILogger<TokenStore> _logger;
    private byte[] _seen;
    private string? _lastFault;
    private State _state;

    /// <exception cref="TokensException">The file cannot be used.</exception>
    public TokenStore(string file, TimeSpan reloadPeriod, TimeProvider time, ILogger<TokenStore> logger)
    {
        (_file, _reloadPeriod, _time, _logger) = (file, reloadPeriod, time, logger);
        try
        {
            var text = ReadFile(out _seen);
            _state = new State(TokenSet.Read(text, out var faults) ?? throw new InvalidDataException(string.Join("; ", faults)));
        }
        catch (Exception fault) when (IsFault(fault))
        {
            throw new TokensException($"--tokens {_file} cannot be used: {fault.Message}", fault);
        }
    }

    public TokenSet Current => _state.Tokens;

    /// <summary>Cancelled when other tokens hold than those of <see cref="Current"/>: to be asked for before it.</summary>
    public CancellationToken Changed => _state.Superseded.Token;

    /// <summary>Looks at the file once.</summary>
    public void Refresh()
    {
        try
        {
            var text = ReadFile(out var hash);
            if (hash.AsSpan().SequenceEqual(_seen) && _lastFault is null) return;
            var tokens = TokenSet.Read(text, out var faults) ?? throw new InvalidDataException(string.Join("; ", faults));
            (_seen, _lastFault) = (hash, null);
            var former = Interlocked.Exchange(ref _state, new State(tokens));
            LogRead(_file, tokens.Count);
            former.Superseded.Cancel();
        }
        catch (Exception fault) when (IsFault(fault))
        {
            // Once, and not every second.
            if (fault.Message != _lastFault) LogUnusable(_file, fault.Message);
            _lastFault = fault.Message;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        LogRead(_file, Current.Count);
        using var timer = new PeriodicTimer(_reloadPeriod, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) Refresh();
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private string ReadFile(out byte[] hash)
    {
        using var stream = new FileStream(_file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > TokenSet.MaxFileBytes) throw new InvalidDataException($"it is larger than {TokenSet.MaxFileBytes} bytes");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = reader.ReadToEnd();
        hash = SHA256.HashData(Encoding.UTF8.GetBytes(text));
        return text;
    }

    private static bool IsFault(Exception fault) => fault is IOException or UnauthorizedAccessException or InvalidDataException;

    [LoggerMessage(650, LogLevel.Information, "{Count} tokens of {File} hold", EventName = "TokensRead")]
    private partial void LogRead(string file, int count);

    [LoggerMessage(651, LogLevel.Error, "The tokens that were read before go on to hold: {File} cannot be used: {Fault}", EventName = "TokensUnusable")]
    private partial void LogUnusable(string file, string fault);

    private sealed class State(TokenSet tokens)
    {
        public TokenSet Tokens => tokens;

        public CancellationTokenSource Superseded { get; } = new();
    }
}
