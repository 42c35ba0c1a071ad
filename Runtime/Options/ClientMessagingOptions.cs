namespace Orleans.Configuration;

public class ClientMessagingOptions : MessagingOptions
{
}
