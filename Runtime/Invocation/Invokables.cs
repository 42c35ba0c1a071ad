namespace Orleans.Serialization.Invocation;

// One base for each return type a grain method may have. What the method throws, at once or later, becomes its response; a method
// that has finished when it returns costs no state machine.

internal abstract class TaskInvokable : GeneratedInvokable
{
    public abstract Task InvokeTarget();

    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var task = InvokeTarget();
            if (!task.IsCompleted) return Wait(task);
            task.GetAwaiter().GetResult();
            return new ValueTask<Response>(Response.Completed);
        }
        catch (Exception exception)
        {
            return new ValueTask<Response>(Response.FromException(exception));
        }

        static async ValueTask<Response> Wait(Task task)
        {
            try
            {
                await task;
                return Response.Completed;
            }
            catch (Exception exception)
            {
                return Response.FromException(exception);
            }
        }
    }
}

internal abstract class TaskInvokable<TResult> : GeneratedInvokable
{
    public abstract Task<TResult> InvokeTarget();

    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var task = InvokeTarget();
            return task.IsCompleted ? new ValueTask<Response>(Response.FromResult(task.GetAwaiter().GetResult())) : Wait(task);
        }
        catch (Exception exception)
        {
            return new ValueTask<Response>(Response.FromException(exception));
        }

        static async ValueTask<Response> Wait(Task<TResult> task)
        {
            try
            {
                return Response.FromResult(await task);
            }
            catch (Exception exception)
            {
                return Response.FromException(exception);
            }
        }
    }
}

internal abstract class ValueTaskInvokable : GeneratedInvokable
{
    public abstract ValueTask InvokeTarget();

    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var task = InvokeTarget();
            if (!task.IsCompleted) return Wait(task);
            task.GetAwaiter().GetResult();
            return new ValueTask<Response>(Response.Completed);
        }
        catch (Exception exception)
        {
            return new ValueTask<Response>(Response.FromException(exception));
        }

        static async ValueTask<Response> Wait(ValueTask task)
        {
            try
            {
                await task;
                return Response.Completed;
            }
            catch (Exception exception)
            {
                return Response.FromException(exception);
            }
        }
    }
}

internal abstract class ValueTaskInvokable<TResult> : GeneratedInvokable
{
    public abstract ValueTask<TResult> InvokeTarget();

    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            var task = InvokeTarget();
            return task.IsCompleted ? new ValueTask<Response>(Response.FromResult(task.GetAwaiter().GetResult())) : Wait(task);
        }
        catch (Exception exception)
        {
            return new ValueTask<Response>(Response.FromException(exception));
        }

        static async ValueTask<Response> Wait(ValueTask<TResult> task)
        {
            try
            {
                return Response.FromResult(await task);
            }
            catch (Exception exception)
            {
                return Response.FromException(exception);
            }
        }
    }
}

internal abstract class VoidInvokable : GeneratedInvokable
{
    public abstract void InvokeTarget();

    public sealed override ValueTask<Response> Invoke()
    {
        try
        {
            InvokeTarget();
            return new ValueTask<Response>(Response.Completed);
        }
        catch (Exception exception)
        {
            return new ValueTask<Response>(Response.FromException(exception));
        }
    }
}
