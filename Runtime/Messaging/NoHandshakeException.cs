namespace Orleans.Runtime.Messaging;

/// <summary>
/// Why a silo is unavailable to this host though somebody listens there: it would not be talked to, or is not who was looked for. Found within a <see cref="SiloUnavailableException"/>.
/// </summary>
internal sealed class NoHandshakeException(string message, Exception? inner) : Exception(message, inner)
{
    public static bool IsCauseOf(Exception fault)
    {
        for (var cause = fault; cause is not null; cause = cause.InnerException)
        {
            if (cause is NoHandshakeException)
            {
                return true;
            }
        }

        return false;
    }
}
