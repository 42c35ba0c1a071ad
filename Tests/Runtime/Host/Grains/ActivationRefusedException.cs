namespace Orleans.Kv.Tests.Runtime.Host.Grains;

[GenerateSerializer, Alias("ActivationRefused")]
public sealed class ActivationRefusedException : Exception
{
    public ActivationRefusedException()
    {
    }

    public ActivationRefusedException(string message)
        : base(message)
    {
    }

    public ActivationRefusedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
