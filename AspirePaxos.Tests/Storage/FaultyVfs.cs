using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AspirePaxos.Tests.Storage;

/// <summary>
/// A file system for SQLite, in front of its own: what it writes to the directory of a <see cref="FaultyDisk"/> is recorded there, and fails
/// where that says so. It becomes the default of this process, so that the code under test needs to know nothing of it; all other
/// directories go straight through.
/// </summary>
internal static unsafe partial class FaultyVfs
{
    public const int Ok = 0, IoErrorWrite = 10 | (3 << 8), IoErrorSync = 10 | (4 << 8), Full = 13;

    private const int IoError = 10, OpenReadOnly = 1, OpenReadWrite = 2, OpenCreate = 4;

    private static readonly ConcurrentDictionary<string, FaultyDisk> disks = new();
    private static readonly Vfs* real = sqlite3_vfs_find(null);
    private static readonly Methods* methods = MakeMethods();
    private static readonly int registered = Register();

    public static void Add(string directory, FaultyDisk disk)
    {
        Assert.Equal(Ok, registered);
        Assert.True(disks.TryAdd(directory, disk));
    }

    public static void Remove(string directory) => disks.TryRemove(directory, out _);

    private static int Register()
    {
        var vfs = (Vfs*)NativeMemory.Alloc((nuint)sizeof(Vfs));
        *vfs = *real;
        vfs->Name = (byte*)Marshal.StringToCoTaskMemUTF8("faulty");
        vfs->SizeOfFile = sizeof(File) + real->SizeOfFile;
        vfs->Open = &OnOpen;
        vfs->Delete = &OnDelete;
        return sqlite3_vfs_register(vfs, 1);
    }

    private static Methods* MakeMethods()
    {
        var made = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));
        made->Version = 1;
        made->Close = &OnClose;
        made->Read = &OnRead;
        made->Write = &OnWrite;
        made->Truncate = &OnTruncate;
        made->Sync = &OnSync;
        made->FileSize = &OnFileSize;
        made->Lock = &OnLock;
        made->Unlock = &OnUnlock;
        made->CheckReservedLock = &OnCheckReservedLock;
        made->FileControl = &OnFileControl;
        made->SectorSize = &OnSectorSize;
        made->DeviceCharacteristics = &OnDeviceCharacteristics;
        return made;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnOpen(Vfs* vfs, byte* name, File* file, int flags, int* outFlags)
    {
        if (name is null || Find(name) is not { } opened) return real->Open(real, name, file, flags, outFlags);
        file->Methods = null;
        var isNew = !System.IO.File.Exists(Path.Combine(opened.Disk.Directory, opened.Name));
        if (opened.Disk.ReadOnly) flags = (flags & ~(OpenReadWrite | OpenCreate)) | OpenReadOnly;
        var result = real->Open(real, name, File.Real(file), flags, outFlags);
        if (result != Ok) return result;
        if (isNew) opened.Disk.Do(new DiskOperation(opened.Name, DiskOperationKind.Create, 0, []));
        file->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(opened));
        file->Methods = methods;
        return Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDelete(Vfs* vfs, byte* name, int syncDirectory)
    {
        if (Find(name) is not { } opened) return real->Delete(real, name, syncDirectory);
        var result = opened.Disk.Do(new DiskOperation(opened.Name, DiskOperationKind.Delete, 0, []));
        return result == Ok ? real->Delete(real, name, 0) : result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnClose(File* file)
    {
        GCHandle.FromIntPtr(file->Handle).Free();
        return File.Real(file)->Methods->Close(File.Real(file));
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnWrite(File* file, byte* bytes, int count, long offset)
    {
        var result = Do(file, DiskOperationKind.Write, offset, new ReadOnlySpan<byte>(bytes, count));
        return result == Ok ? File.Real(file)->Methods->Write(File.Real(file), bytes, count, offset) : result;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnTruncate(File* file, long size)
    {
        var result = Do(file, DiskOperationKind.Truncate, size, []);
        return result == Ok ? File.Real(file)->Methods->Truncate(File.Real(file), size) : result;
    }

    /// <remarks>The real disk is not asked: what is durable is what <see cref="CrashModel"/> says.</remarks>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSync(File* file, int flags) => Do(file, DiskOperationKind.Sync, 0, []);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnRead(File* file, byte* bytes, int count, long offset) => File.Real(file)->Methods->Read(File.Real(file), bytes, count, offset);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileSize(File* file, long* size) => File.Real(file)->Methods->FileSize(File.Real(file), size);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLock(File* file, int level) => File.Real(file)->Methods->Lock(File.Real(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnUnlock(File* file, int level) => File.Real(file)->Methods->Unlock(File.Real(file), level);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnCheckReservedLock(File* file, int* held) => File.Real(file)->Methods->CheckReservedLock(File.Real(file), held);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnFileControl(File* file, int operation, void* argument) => File.Real(file)->Methods->FileControl(File.Real(file), operation, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnSectorSize(File* file) => File.Real(file)->Methods->SectorSize(File.Real(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnDeviceCharacteristics(File* file) => File.Real(file)->Methods->DeviceCharacteristics(File.Real(file));

    private static int Do(File* file, DiskOperationKind kind, long offset, ReadOnlySpan<byte> bytes)
    {
        var (disk, name) = File.Opened(file);
        try
        {
            return disk.Do(new DiskOperation(name, kind, offset, bytes.ToArray()));
        }
        catch (Exception)
        {
            // Nothing may be thrown through SQLite.
            return IoError;
        }
    }

    private static OpenedFile? Find(byte* name)
    {
        var path = Marshal.PtrToStringUTF8((nint)name)!;
        return disks.TryGetValue(Path.GetDirectoryName(path) ?? "", out var disk) ? new OpenedFile(disk, Path.GetFileName(path)) : null;
    }
}
