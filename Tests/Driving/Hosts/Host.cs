using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Orleans.Kv.Tests.Driving.Clusters;

namespace Orleans.Kv.Tests.Driving.Hosts;

/// <summary>A machine as far as the network goes: a namespace with one address on the common bridge.</summary>
public sealed partial class Host(string name, string inNamespace, IPAddress address)
{
    private const int CloneNewNetwork = 0x40000000;

    public string Name => name;

    public string Namespace => inNamespace;

    public IPAddress Address => address;

    /// <summary>A program of the product on this machine. It ends when this process does.</summary>
    public Program Start(string program, params IEnumerable<string> arguments)
    {
        var start = Programs.Start(program, [.. arguments, "--exit-with-parent"]);
        return Program.Start(Programs.Command("ip", ["netns", "exec", inNamespace, start.FileName, .. start.ArgumentList]));
    }

    /// <summary>Any command on this machine, with these variables in its environment as well. It has to be ended.</summary>
    public Program Run(string command, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments)
    {
        var start = Programs.Command("ip", ["netns", "exec", inNamespace, command, .. arguments]);
        foreach (var (variable, value) in environment) start.Environment[variable] = value;
        return Program.Start(start);
    }

    /// <summary>A program of the product on this machine, configured by variables as in a container. It ends when this process does.</summary>
    public Program Start(string program, IReadOnlyDictionary<string, string> environment) => Run("dotnet", environment, program, "--exit-with-parent");

    /// <summary>Lets requests of this process start out from this machine: a socket stays in the namespace that it was made in, whoever uses it.</summary>
    public SocketsHttpHandler CreateHandler() => new()
    {
        UseProxy = false,
        ConnectCallback = async (context, cancellation) =>
        {
            var socket = await CreateSocket();
            try
            {
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(context.DnsEndPoint.Host), context.DnsEndPoint.Port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    /// <summary>A thread is in one namespace. This one is made for the socket and ends with it, so that no other work is ever done from there.</summary>
    private Task<Socket> CreateSocket()
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle(NamespaceName.FileOf(inNamespace));
                if (EnterNamespace(file, CloneNewNetwork) != 0)
                    throw new InvalidOperationException($"The namespace {inNamespace} cannot be entered: error {Marshal.GetLastPInvokeError()}.");
                made.SetResult(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true });
            }
            catch (Exception fault)
            {
                made.SetException(fault);
            }
        }) { IsBackground = true };
        thread.Start();
        return made.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int EnterNamespace(SafeFileHandle file, int kind);
}
