using Microsoft.AspNetCore.Http.Features;
using Orleans.Kv.Api.Keys;

namespace Orleans.Kv.Api.Problems;

/// <summary>
/// Turns what no endpoint has answered into problem documents: unknown paths, other methods, bodies that Kestrel could not read, and
/// faults of this host, which are logged with their trace and shown without it.
/// </summary>
internal sealed partial class ProblemPages(RequestDelegate next, ILogger<ProblemPages> logger)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = next(context);
        // Almost every request ends well, and many without ever having waited: those need no state machine here.
        return request.IsCompletedSuccessfully && context.Response.StatusCode < StatusCodes.Status400BadRequest
            ? Task.CompletedTask
            : FinishAsync(context, request);
    }

    private async Task FinishAsync(HttpContext context, Task request)
    {
        try
        {
            await request;
            if (IsEmptyError(context) && Of(context) is { } problem) await ProblemWriter.WriteAsync(context, problem);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone away: nobody is there to be told anything.
        }
        catch (BadHttpRequestException exception) when (!context.Response.HasStarted)
        {
            await ProblemWriter.WriteAsync(context, new Problem(exception.StatusCode, ProblemCode.Malformed, exception.Message));
        }
        catch (Exception exception) when (!context.Response.HasStarted)
        {
            LogFault(context.Request.Method, context.Request.Path, exception);
            await ProblemWriter.WriteAsync(
                context, new Problem(StatusCodes.Status500InternalServerError, ProblemCode.Internal, "a fault of the API host; its log has the details"));
        }
    }

    private static bool IsEmptyError(HttpContext context) =>
        context.Response is { HasStarted: false, ContentLength: null, ContentType: null, StatusCode: >= StatusCodes.Status400BadRequest };

    private static Problem? Of(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new Problem(
            StatusCodes.Status404NotFound, ProblemCode.NoSuchResource, $"there is no resource {context.Features.Get<IHttpRequestFeature>()?.Path}"),
        StatusCodes.Status405MethodNotAllowed => new Problem(
            StatusCodes.Status405MethodNotAllowed, ProblemCode.MethodNotAllowed, $"{context.Features.Get<KeyPath>()?.Text ?? context.Request.Path} does not take {context.Request.Method}"),
        _ => null,
    };

    [LoggerMessage(1, LogLevel.Error, "{Method} {Path} failed")]
    private partial void LogFault(string method, string path, Exception exception);
}
