global using Orleans;
global using Orleans.Hosting;
global using Orleans.Kv.Tests.Runtime.Host.Grains;
global using Orleans.Runtime;
