using Orleans.Kv.Cli.Prompt;

namespace Orleans.Kv.Tests.Client.Prompt;

/// <summary>What keys do to the line, and what a history keeps.</summary>
public sealed class LineBufferTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kv-history-").FullName;

    private string File => Path.Combine(_folder, "history");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Typing_InsertsAtTheCursor_AndKeysMoveAndDelete()
    {
        var buffer = new LineBuffer(new History(File));
        Type(buffer, "get ab");
        Press(buffer, ConsoleKey.LeftArrow);
        Type(buffer, "x");
        Assert.Equal(("get axb", 6), (buffer.Text, buffer.Cursor));
        Press(buffer, ConsoleKey.Backspace);
        Press(buffer, ConsoleKey.Delete);
        Assert.Equal(("get a", 5), (buffer.Text, buffer.Cursor));
        Press(buffer, ConsoleKey.A, control: true);
        Type(buffer, "# ");
        Press(buffer, ConsoleKey.E, control: true);
        Press(buffer, ConsoleKey.W, control: true);
        Assert.Equal("# get ", buffer.Text);
        Press(buffer, ConsoleKey.U, control: true);
        Assert.Equal(("", 0), (buffer.Text, buffer.Cursor));
        Assert.False(buffer.Apply(new ConsoleKeyInfo('\e', ConsoleKey.Escape, false, false, false)));
    }

    [Fact]
    public void Arrows_RecallTheHistory_AndBringTheBegunLineBack()
    {
        var history = new History(File);
        history.Add("one");
        history.Add("two");
        var buffer = new LineBuffer(history);
        Type(buffer, "begun");
        Press(buffer, ConsoleKey.UpArrow);
        Assert.Equal("two", buffer.Text);
        Press(buffer, ConsoleKey.UpArrow);
        Press(buffer, ConsoleKey.UpArrow);
        Assert.Equal("one", buffer.Text);
        Press(buffer, ConsoleKey.DownArrow);
        Press(buffer, ConsoleKey.DownArrow);
        Press(buffer, ConsoleKey.DownArrow);
        Assert.Equal("begun", buffer.Text);
    }

    [Fact]
    public void History_IsKeptOverSessions_ForItsUserAlone_WithoutRepeatsAndSecrets()
    {
        var history = new History(File);
        foreach (var line in new[] { "get a", "get a", " set password x", "", "get b" }) history.Add(line);
        Assert.True(history.TrySave());
        var next = new History(File);
        Assert.Equal(["get a", "get b"], Enumerable.Range(0, next.Count).Select(i => next[i]));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
    }

    [Fact]
    public void History_IsBounded()
    {
        var history = new History(File);
        foreach (var i in Enumerable.Range(0, 1100)) history.Add($"get {i}");
        Assert.Equal((1000, "get 100"), (history.Count, history[0]));
    }

    [Fact]
    public void History_InAHomeThatCannotBeWritten_IsNoFault() => Assert.False(new History(Path.Combine(_folder, "none", "history")).TrySave());

    [Theory]
    [InlineData("g", 0, "get")]
    [InlineData("s", 0, "set")]
    [InlineData("te", 0, "testset")]
    public async Task Tab_OffersCommandsFirst(string line, int start, string offered)
    {
        var (from, offers) = await new Completion(["get", "set", "testset"], () => null).OfferAsync(line, line.Length);
        Assert.Equal((start, offered), (from, Assert.Single(offers)));
    }

    [Theory]
    [InlineData("get us", 4)]
    [InlineData("get(us", 4)]
    public async Task Tab_OffersKeys_ThatNeedNoQuotes(string line, int start)
    {
        using var api = new FakeApi();
        using var client = ClientFactory.Of(api.Answer(200, """{"keys":["user/1","user/2","user 3"],"next":null}"""));
        var (from, offers) = await new Completion(["get"], () => client).OfferAsync(line, line.Length);
        Assert.Equal(start, from);
        Assert.Equal(["user/1", "user/2"], offers);
        Assert.Equal("user/", Completion.Common(offers));
        Assert.Contains("\"prefix\":\"us\"", api.Sent[0].Body, StringComparison.Ordinal);
    }

    private static void Type(LineBuffer buffer, string text)
    {
        foreach (var c in text) buffer.Apply(new ConsoleKeyInfo(c, ConsoleKey.None, false, false, false));
    }

    private static void Press(LineBuffer buffer, ConsoleKey key, bool control = false) => Assert.True(buffer.Apply(new ConsoleKeyInfo('\0', key, false, false, control)));
}
