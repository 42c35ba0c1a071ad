using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>One user of the store, who notes what they ask and what they hear. One request at a time.</summary>
public sealed class StoreClient(Endpoint api, int number, History history, KeyClock clock) : IDisposable
{
    /// <summary>The API host gives every operation an answer, "unknown" included, well within this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http = api.Connect(Patience);

    /// <summary>How often each kind of trouble was met, for a failing test's message.</summary>
    public SortedDictionary<string, int> Troubles { get; } = [];

    public static string Name(int key) => string.Create(CultureInfo.InvariantCulture, $"key-{key}");

    public async Task<Answer> Execute(int key, Operation operation)
    {
        var (path, body) = Requests.For(Name(key), operation);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        var noted = history.Invoke(number, key, operation, Stopwatch.GetTimestamp());
        var answer = await Send(path, content, operation);
        history.Return(noted, answer, Stopwatch.GetTimestamp());
        if (answer.Kind is not (AnswerKind.Unknown or AnswerKind.NotDone))
            clock.Succeeded(key);
        return answer;
    }

    public void Dispose() => _http.Dispose();

    private async Task<Answer> Send(string path, StringContent content, Operation operation)
    {
        try
        {
            using var response = await _http.PostAsync(path, content);
            var body = await response.Content.ReadAsStringAsync();
            var answer = Answers.Read(operation, response.StatusCode, body);
            if (answer.Kind is AnswerKind.Unknown or AnswerKind.NotDone)
                Note(body);
            return answer;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException or SocketException)
        {
            Note(e.GetType().Name + ": " + e.Message);
            return Answer.Unknown;
        }
    }

    private void Note(string trouble) => Troubles[trouble] = Troubles.GetValueOrDefault(trouble) + 1;
}
