using System.Runtime.InteropServices;

namespace Cassandra.Lab.Guest.UnitAgent.Native;

internal static class NativeError
{
    public const int Interrupted = 4; // EINTR

    public static IOException Of(string call, string subject, int error) =>
        new($"{call} {subject}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})");

    public static IOException Last(string call, string subject) => Of(call, subject, Marshal.GetLastPInvokeError());
}
