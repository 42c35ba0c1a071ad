using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Kv.Telemetry.Logs;

namespace Orleans.Kv.Tests.Telemetry.Logs;

public sealed class LogLevelsTests : IDisposable
{
    private readonly LogLevels _levels = new(LogLevel.Information, ("Orleans", LogLevel.Warning));
    private readonly ILoggerFactory _first;
    private readonly ILoggerFactory _second;

    public LogLevelsTests()
    {
        // Two hosts of one process, and loggers that were made before a change.
        _first = LoggerFactory.Create(logging => logging.AddConsoleLogs(LogFormat.Text, _levels));
        _second = LoggerFactory.Create(logging => logging.AddConsoleLogs(LogFormat.Json, _levels));
    }

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }

    [Fact]
    public void AChange_IsInForceAtOnce_ForLoggersThatAreThere_InEveryHost()
    {
        ILogger[] loggers = [_first.CreateLogger("Orleans.Kv.X"), _second.CreateLogger("Orleans.Kv.X")];
        Assert.All(loggers, logger => Assert.False(logger.IsEnabled(LogLevel.Information)));

        Assert.Null(_levels.Set("Orleans.Kv", LogLevel.Debug));
        Assert.All(loggers, logger => Assert.True(logger.IsEnabled(LogLevel.Debug)));
        Assert.False(_first.CreateLogger("Orleans.Runtime").IsEnabled(LogLevel.Information));

        Assert.Null(_levels.Set("Orleans.Kv", null));
        Assert.All(loggers, logger => Assert.False(logger.IsEnabled(LogLevel.Information)));
    }

    [Fact]
    public void TheDefault_IsForWhateverHasNoLevelOfItsOwn_AndComesBack()
    {
        var logger = _first.CreateLogger("Elsewhere");
        Assert.Null(_levels.Set(LogLevels.Default, LogLevel.Error));
        Assert.False(logger.IsEnabled(LogLevel.Warning));
        Assert.Null(_levels.Set(LogLevels.Default, null));
        Assert.True(logger.IsEnabled(LogLevel.Information));
    }

    [Fact]
    public void Current_IsWhatIsInForce_TheDefaultFirst()
    {
        _levels.Set("A", LogLevel.Trace);
        Assert.Equal(["Default", "A", "Orleans"], _levels.Current.Select(pair => pair.Key));
    }

    [Fact]
    public void CategoriesAreBounded()
    {
        for (var i = 0; _levels.Current.Count < LogLevels.MaxCategories; i++) Assert.Null(_levels.Set($"c{i}", LogLevel.Debug));
        Assert.NotNull(_levels.Set("one-more", LogLevel.Debug));
        Assert.Null(_levels.Set("c0", LogLevel.Trace));
        Assert.NotNull(_levels.Set("", LogLevel.Debug));
        Assert.NotNull(_levels.Set(new string('x', LogLevels.MaxCategoryLength + 1), LogLevel.Debug));
        Assert.NotNull(_levels.Set("a\nb", LogLevel.Debug));
    }

    [Theory]
    [InlineData("debug", true)]
    [InlineData("None", true)]
    [InlineData("INITIAL", true)]
    [InlineData("2", false)]
    [InlineData("loud", false)]
    [InlineData("", false)]
    [InlineData("Debug,Error", false)]
    public void Levels_AreReadByName(string text, bool isRead) => Assert.Equal(isRead, LogLevels.TryParse(text, out _));
}
