using System.Reflection;
using Orleans.Runtime.Messaging;
using Orleans.Serialization.Invocation;

namespace Orleans.Runtime;

/// <summary>The filters of a host. Where there are none, calls do not notice that filters exist.</summary>
internal sealed class GrainCallFilters
{
    private readonly IIncomingGrainCallFilter[] _incoming;
    private readonly IOutgoingGrainCallFilter[] _outgoing;

    public GrainCallFilters(IEnumerable<IIncomingGrainCallFilter> incoming, IEnumerable<IOutgoingGrainCallFilter> outgoing)
    {
        _incoming = [.. incoming];
        _outgoing = [.. outgoing];
    }

    public bool HasOutgoing => _outgoing.Length > 0;

    public bool HasIncoming(IGrainContext context) => _incoming.Length > 0 || context.GrainInstance is IIncomingGrainCallFilter;

    public async ValueTask<Response> InvokeIncoming(RequestMessage message, IInvokable request, IGrainContext context)
    {
        var call = new IncomingCall(_incoming, message, request, context);
        try
        {
            await call.Invoke();
            return call.Response ?? Response.Completed;
        }
        catch (Exception exception)
        {
            return Response.FromException(exception);
        }
    }

    public Task<Response> InvokeOutgoing(
        GrainReference target, IRequest request, IGrainContext? source, Func<Task<Response>> send)
    {
        var call = new OutgoingCall(_outgoing, target, request, source, send);
        return Run(call);

        static async Task<Response> Run(OutgoingCall call)
        {
            await call.Invoke();
            return call.Response ?? Response.Completed;
        }
    }

    /// <summary>A call on its way through a chain of filters; the chain's end is the call itself.</summary>
    private abstract class FilteredCall(IInvokable request) : IGrainCallContext
    {
        private int _next;

        public IInvokable Request => request;

        public abstract object Grain { get; }

        public abstract GrainId? SourceId { get; }

        public abstract GrainId TargetId { get; }

        public abstract GrainInterfaceType InterfaceType { get; }

        public string InterfaceName => request.GetInterfaceName();

        public string MethodName => request.GetMethodName();

        public MethodInfo InterfaceMethod => request.GetMethod();

        public Response? Response { get; set; }

        public object? Result
        {
            get => Response?.Result;
            set => Response = Response.FromResult(value);
        }

        public Task Invoke() => Invoke(_next++);

        /// <summary>Runs the link at that position of the chain.</summary>
        protected abstract Task Invoke(int position);
    }

    private sealed class IncomingCall(
        IIncomingGrainCallFilter[] filters, RequestMessage message, IInvokable request, IGrainContext context)
        : FilteredCall(request), IIncomingGrainCallContext
    {
        public override object Grain => context.GrainInstance!;

        public override GrainId? SourceId => message.Header.Source.IsDefault ? null : message.Header.Source;

        public override GrainId TargetId => context.GrainId;

        public override GrainInterfaceType InterfaceType => message.Header.Interface;

        public MethodInfo ImplementationMethod => ImplementationOf(context.GrainInstance!.GetType(), InterfaceMethod);

        public IGrainContext TargetContext => context;

        protected override async Task Invoke(int position)
        {
            if (position < filters.Length)
            {
                await filters[position].Invoke(this);
            }
            else if (position == filters.Length && context.GrainInstance is IIncomingGrainCallFilter own)
            {
                await own.Invoke(this);
            }
            else
            {
                var response = await Request.Invoke();
                if (response.Exception is { } exception)
                {
                    // A filter sees what the method threw, and may turn it into something else.
                    System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(exception);
                }

                Response = response;
            }
        }

        private static MethodInfo ImplementationOf(Type type, MethodInfo method)
        {
            if (method.DeclaringType is not { IsInterface: true } contract || !contract.IsAssignableFrom(type))
            {
                return method;
            }

            var map = type.GetInterfaceMap(contract);
            var generic = method.IsGenericMethod ? method.GetGenericMethodDefinition() : method;
            var index = Array.IndexOf(map.InterfaceMethods, generic);
            return index < 0 ? method : map.TargetMethods[index];
        }
    }

    private sealed class OutgoingCall(
        IOutgoingGrainCallFilter[] filters, GrainReference target, IRequest request, IGrainContext? source, Func<Task<Response>> send)
        : FilteredCall(request), IOutgoingGrainCallContext
    {
        public override object Grain => target;

        public override GrainId? SourceId => source?.GrainId;

        public override GrainId TargetId => target.GrainId;

        public override GrainInterfaceType InterfaceType => target.InterfaceType;

        public IGrainContext? SourceContext => source;

        protected override async Task Invoke(int position)
        {
            if (position < filters.Length)
                await filters[position].Invoke(this);
            else
                Response = await send();
        }
    }
}
