using System.Runtime.InteropServices;

namespace AspirePaxos.Tests.Storage;

/// <remarks>The structures of sqlite3.h, as far as they are needed, in its own names.</remarks>
internal static unsafe partial class FaultyVfs
{
    [LibraryImport("e_sqlite3")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial Vfs* sqlite3_vfs_find(byte* name);

    [LibraryImport("e_sqlite3")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial int sqlite3_vfs_register(Vfs* vfs, int makeDefault);

    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int SizeOfFile;
        public int MaxPathname;
        public Vfs* Next;
        public byte* Name;
        public void* AppData;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, File*, int, int*, int> Open;
        public delegate* unmanaged[Cdecl]<Vfs*, byte*, int, int> Delete;
        public void* Access, FullPathname, DlOpen, DlError, DlSym, DlClose, Randomness, Sleep, CurrentTime, GetLastError, CurrentTimeInt64;
        public void* SetSystemCall, GetSystemCall, NextSystemCall;
    }

    /// <summary>Version 1: no shared memory and no mapped pages, so that everything goes through Write and Sync.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged[Cdecl]<File*, int> Close;
        public delegate* unmanaged[Cdecl]<File*, byte*, int, long, int> Read;
        public delegate* unmanaged[Cdecl]<File*, byte*, int, long, int> Write;
        public delegate* unmanaged[Cdecl]<File*, long, int> Truncate;
        public delegate* unmanaged[Cdecl]<File*, int, int> Sync;
        public delegate* unmanaged[Cdecl]<File*, long*, int> FileSize;
        public delegate* unmanaged[Cdecl]<File*, int, int> Lock;
        public delegate* unmanaged[Cdecl]<File*, int, int> Unlock;
        public delegate* unmanaged[Cdecl]<File*, int*, int> CheckReservedLock;
        public delegate* unmanaged[Cdecl]<File*, int, void*, int> FileControl;
        public delegate* unmanaged[Cdecl]<File*, int> SectorSize;
        public delegate* unmanaged[Cdecl]<File*, int> DeviceCharacteristics;
    }

    /// <summary>Ours; SQLite's own file begins behind it, in the same block.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct File
    {
        public Methods* Methods;
        public nint Handle;

        public static File* Real(File* file) => file + 1;

        public static OpenedFile Opened(File* file) => (OpenedFile)GCHandle.FromIntPtr(file->Handle).Target!;
    }

    private sealed record OpenedFile(FaultyDisk Disk, string Name);
}
