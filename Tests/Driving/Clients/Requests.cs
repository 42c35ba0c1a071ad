using System.Globalization;
using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>The store's requests for the operations of a history.</summary>
public static class Requests
{
    public static (string Path, string Body) For(string key, in Operation operation, string? requestId = null)
    {
        var fields = operation.Kind switch
        {
            OperationKind.Fetch or OperationKind.Delete => "",
            OperationKind.Touch => ",\"ttlSeconds\":null",
            OperationKind.TestAndSet => string.Create(
                CultureInfo.InvariantCulture,
                $",\"expect\":{(operation.Expect == Told.Absent ? "null" : operation.Expect)},\"value\":{operation.Value}"),
            _ => string.Create(CultureInfo.InvariantCulture, $",\"value\":{operation.Value}"),
        };
        if (operation.IfVersion != Told.Nothing)
            fields += string.Create(CultureInfo.InvariantCulture, $",\"ifVersion\":{operation.IfVersion}");
        if (operation.IfAbsent)
            fields += ",\"ifAbsent\":true";
        if (requestId is not null)
            fields += $",\"requestId\":\"{requestId}\"";
        return (Path(operation.Kind), $$"""{"key":"{{key}}"{{fields}}}""");
    }

    private static string Path(OperationKind kind) => kind switch
    {
        OperationKind.Fetch => "/fetch",
        OperationKind.Store => "/store",
        OperationKind.Update => "/update",
        OperationKind.Delete => "/delete",
        OperationKind.Touch => "/touch",
        _ => "/testset",
    };
}
