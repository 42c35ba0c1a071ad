using Orleans.Kv.Api.Files;

namespace Orleans.Kv.Api.Ftp;

/// <summary>Puts the FTP server and the files that it serves into an API host, where its operator wants them.</summary>
internal static class FtpServices
{
    public static void AddFtp(this IServiceCollection services, FtpOptions options)
    {
        if (options.Port is null) return;
        services.AddSingleton(options);
        services.AddSingleton(new FileStoreOptions());
        services.AddSingleton<IFileKeys, RoutedKeys>();
        services.AddSingleton<FileStore>();
        services.AddHostedService<FileSweeper>();
        services.AddSingleton<FtpServer>();
        services.AddHostedService(static provider => provider.GetRequiredService<FtpServer>());
    }
}
