using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>
/// One user of the store, who notes what they ask and what they hear. One request at a time. With a second host to go to, a request that has no definite answer is sent once more, under the same
/// requestId; what that brings is what the user has heard.
/// </summary>
public sealed class StoreClient(Route route, int number, History history, KeyClock clock) : IDisposable
{
    /// <summary>Before the second attempt: whoever was about to answer for another process has had the time to notice that it is gone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>The API host gives every operation an answer, "unknown" included, well within this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _first = route.First.Connect(Patience);
    private readonly HttpClient? _second = route.Second?.Connect(Patience);
    private readonly Guid _session = Guid.NewGuid();
    private int _requests;
    private int _done;
    private string _lastTrouble = "";

    /// <summary>Requests that were sent a second time.</summary>
    public int Retries { get; private set; }

    /// <summary>Operations that have ended.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>How often each kind of trouble was met, for a failing test's message.</summary>
    public SortedDictionary<string, int> Troubles { get; } = [];

    public static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"key-{key}");

    public async Task<Answer> Execute(int key, Operation operation)
    {
        var id = _second is null || operation.Kind == OperationKind.Fetch ? null : string.Create(CultureInfo.InvariantCulture, $"{_session:N}-{_requests++}");
        var (path, body) = Requests.For(Name(key), operation, id);
        var noted = history.Invoke(number, key, operation, Stopwatch.GetTimestamp());
        var answer = await Send(_first, path, body, operation);
        if (_second is not null && answer.Kind is (AnswerKind.Unknown or AnswerKind.NotDone))
        {
            Retries++;
            var first = _lastTrouble;
            await Task.Delay(Pause);
            var last = await Send(_second, path, body, operation);
            // That the second was not done says nothing of the first.
            answer = last.Kind == AnswerKind.NotDone ? answer : last;
            if (last.Kind is AnswerKind.Unknown or AnswerKind.NotDone)
                Note(string.Create(CultureInfo.InvariantCulture, $"user {number} failed twice with {operation} of {Name(key)} until {TimeProvider.System.GetUtcNow():HH:mm:ss.fff}, first with {first}"));
        }

        history.Return(noted, answer, Stopwatch.GetTimestamp());
        Interlocked.Increment(ref _done);
        if (answer.Kind is not (AnswerKind.Unknown or AnswerKind.NotDone))
            clock.Succeeded(key);
        return answer;
    }

    public void Dispose()
    {
        _first.Dispose();
        _second?.Dispose();
    }

    private async Task<Answer> Send(HttpClient http, string path, string body, Operation operation)
    {
        try
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(path, content);
            var text = await response.Content.ReadAsStringAsync();
            var answer = Answers.Read(operation, response.StatusCode, text);
            if (answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone)
                Note($"{http.BaseAddress}: {text}");
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or SocketException)
        {
            Note($"{http.BaseAddress}: {e.GetType().Name}: {e.Message}");
            return Answer.Unknown;
        }
    }

    private void Note(string trouble)
    {
        _lastTrouble = trouble;
        Troubles[trouble] = Troubles.GetValueOrDefault(trouble) + 1;
    }
}
