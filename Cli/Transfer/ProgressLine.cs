using Spectre.Console;

namespace Orleans.Kv.Cli.Transfer;

/// <summary>A progress bar on standard error, where that is a terminal; nothing anywhere else.</summary>
internal static class ProgressLine
{
    /// <param name="title">What is done.</param>
    /// <param name="isWanted">False where output is for programs.</param>
    /// <param name="work">Is given what to call with the work done so far and in all; in all 0 where that is not known.</param>
    public static async Task<T> ShowAsync<T>(string title, bool isWanted, Func<Action<double, double, string>, Task<T>> work)
    {
        if (!isWanted || Console.IsErrorRedirected) return await work(static (_, _, _) => { });
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });
        return await console.Progress().AutoClear(true).Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), new SpinnerColumn()).StartAsync(async context =>
        {
            var task = context.AddTask(Markup.Escape(title));
            task.IsIndeterminate = true;
            return await work((done, all, text) =>
            {
                task.Description = Markup.Escape($"{title}: {text}");
                if (all <= 0) return;
                task.IsIndeterminate = false;
                (task.MaxValue, task.Value) = (all, done);
            });
        });
    }
}
