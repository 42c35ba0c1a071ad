using System.Net;
using System.Text.Json;
using Orleans.Kv.Tests.Checking.Histories;

namespace Orleans.Kv.Tests.Driving.Clients;

/// <summary>What the store's answers say in a history.</summary>
public static class Answers
{
    /// <exception cref="InvalidDataException">The store must not answer this to this.</exception>
    public static Answer Read(in Operation operation, HttpStatusCode status, string body)
    {
        using var document = JsonDocument.Parse(body.Length == 0 ? "{}" : body);
        var root = document.RootElement;
        return (operation.Kind, status) switch
        {
            (OperationKind.Fetch, HttpStatusCode.OK) => Answer.Found(Number(root, "value"), Number(root, "version")),
            (OperationKind.Store, HttpStatusCode.Created) => Answer.Created(Number(root, "version")),
            (OperationKind.Store or OperationKind.Update or OperationKind.Touch, HttpStatusCode.OK) => Answer.Done(Number(root, "version")),
            (OperationKind.Delete, HttpStatusCode.OK) => Answer.Done(),
            (OperationKind.TestAndSet, HttpStatusCode.OK) => root.GetProperty("swapped").GetBoolean()
                ? Answer.Done(Number(root, "version"))
                : Answer.Failed(Number(root, "version"), Number(root, "value")),
            (OperationKind.Fetch or OperationKind.Update or OperationKind.Delete or OperationKind.Touch, HttpStatusCode.NotFound) => Answer.NotFound,
            (OperationKind.Store or OperationKind.Update or OperationKind.Delete or OperationKind.Touch, HttpStatusCode.Conflict) => Answer.Failed(Number(root, "version")),
            // The second is a load balancer's word for a host that was lost before it answered.
            (_, HttpStatusCode.GatewayTimeout or HttpStatusCode.BadGateway) => Answer.Unknown,
            // "Not done" is a promise; a history holds the store to it.
            (_, HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) => Answer.NotDone,
            _ => throw new InvalidDataException($"{operation} was answered {(int)status} {body}"),
        };
    }

    private static long Number(JsonElement root, string name) => !root.TryGetProperty(name, out var found)
        ? Told.Nothing
        : found.ValueKind == JsonValueKind.Null ? Told.Absent : found.GetInt64();
}
