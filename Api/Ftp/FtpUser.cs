using Orleans.Kv.Interfaces.Security;

namespace Orleans.Kv.Api.Ftp;

/// <summary>Who has logged in: what they may do, and by which token, where it was one.</summary>
internal sealed record FtpUser(Role Role, Token? Token);
