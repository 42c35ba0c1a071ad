using Orleans.CodeGeneration;
using Orleans.Configuration;
using Orleans.Runtime.Messaging;
using Orleans.Serialization;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>Turns calls on references into requests, and answers into results.</summary>
internal sealed class GrainReferenceRuntime(
    MessageBodyCodec codec,
    GrainCallFilters filters,
    MessagingOptions messaging,
    Lazy<ICallRouter> router,
    Lazy<GrainReferenceActivator> references) : IGrainReferenceRuntime
{
    public ValueTask<T?> InvokeMethodAsync<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        if (filters.HasOutgoing)
        {
            return InvokeFiltered<T>(reference, (IRequest)request, options);
        }

        if ((options & InvokeMethodOptions.OneWay) != 0)
        {
            SendOneWay(reference, request, options);
            return default;
        }

        var call = Send<T>(reference, request, options);
        return new ValueTask<T?>(call, call.Version);
    }

    public ValueTask InvokeMethodAsync(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        if (filters.HasOutgoing)
        {
            return new ValueTask(InvokeFiltered<object>(reference, (IRequest)request, options).AsTask());
        }

        if ((options & InvokeMethodOptions.OneWay) != 0)
        {
            SendOneWay(reference, request, options);
            return default;
        }

        var call = Send<object>(reference, request, options);
        return new ValueTask(call, call.Version);
    }

    public void InvokeMethod(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        if (filters.HasOutgoing)
        {
            _ = Ignore(InvokeFiltered<object>(reference, (IRequest)request, options | InvokeMethodOptions.OneWay));
            return;
        }

        SendOneWay(reference, request, options);
    }

    public object Cast(IAddressable grain, Type interfaceType)
    {
        if (interfaceType.IsInstanceOfType(grain) && grain is GrainReference)
        {
            return grain;
        }

        return references.Value.CreateReference(grain.GetGrainId(), interfaceType);
    }

    private static async Task Ignore(ValueTask<object?> call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch (Exception)
        {
            // One way: nobody waits, and what went wrong stays unknown by contract.
        }
    }

    private static RequestFlags FlagsOf(InvokeMethodOptions options)
    {
        var flags = RequestFlags.None;
        flags |= (options & InvokeMethodOptions.OneWay) != 0 ? RequestFlags.OneWay : 0;
        flags |= (options & InvokeMethodOptions.ReadOnly) != 0 ? RequestFlags.ReadOnly : 0;
        flags |= (options & InvokeMethodOptions.AlwaysInterleave) != 0 ? RequestFlags.AlwaysInterleave : 0;
        return flags;
    }

    private static RequestHeader HeaderOf(GrainReference reference, InvokeMethodOptions options, TimeSpan timeout)
    {
        var (values, reentrancyId) = RequestContext.Capture();
        return new RequestHeader
        {
            Target = reference.GrainId,
            Interface = reference.InterfaceType,
            Source = RuntimeContext.Current?.GrainId ?? default,
            Flags = FlagsOf(options),
            TimeToLive = timeout == Timeout.InfiniteTimeSpan ? 0 : (uint)Math.Clamp(timeout.TotalMilliseconds, 1, uint.MaxValue),
            Context = values,
            ReentrancyId = reentrancyId,
        };
    }

    private GrainCall<T> Send<T>(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var timeout = request.GetDefaultResponseTimeout() ?? messaging.ResponseTimeout;
        var header = HeaderOf(reference, options, timeout);
        var routing = router.Value;
        var call = GrainCall<T>.Start(codec, routing.Locations, header.Target, request, timeout);
        try
        {
            routing.Send(header, request, call);
        }
        catch (Exception exception)
        {
            call.OnFailure(exception);
        }

        return call;
    }

    private void SendOneWay(GrainReference reference, IInvokable request, InvokeMethodOptions options)
    {
        var header = HeaderOf(reference, options | InvokeMethodOptions.OneWay, messaging.ResponseTimeout);
        try
        {
            router.Value.Send(header, request, null);
        }
        catch (Exception exception) when (Rejections.IsRejection(exception))
        {
            // Nobody waits for the answer.
        }
    }

    private async ValueTask<T?> InvokeFiltered<T>(GrainReference reference, IRequest request, InvokeMethodOptions options)
    {
        var response = await filters.InvokeOutgoing(reference, request, RuntimeContext.Current, async () =>
        {
            if ((options & InvokeMethodOptions.OneWay) != 0)
            {
                SendOneWay(reference, request, options);
                return Response.Completed;
            }

            var call = Send<T>(reference, request, options);
            return Response.FromResult(await new ValueTask<T?>(call, call.Version));
        });
        return response.Exception is null && response.Result is null ? default : response.GetResult<T>();
    }
}
